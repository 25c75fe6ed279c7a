#!/usr/bin/python3
"""Reads the click stream with a group of its own and keeps one row per counted click in SQLite.

    consume.py --redis redis://127.0.0.1:6379 --store clicks.db

Needs python3-redis (Debian). The rules that it keeps are those of common/schema/README.md:
first what was handed out before and not acknowledged, then what is new; the effect, then XACK; the id
of the click makes the effect one, however often the click comes.
"""
import argparse
import json
import sqlite3
import time

import redis

FOUND_AGAIN = "0"  # what this consumer was given before and has not acknowledged
NEW = ">"


def open_store(path):
    store = sqlite3.connect(path)
    store.execute("CREATE TABLE IF NOT EXISTS clicks (id TEXT PRIMARY KEY, ts INTEGER NOT NULL,"
                  " code TEXT, campaign TEXT, referrer TEXT) WITHOUT ROWID")
    return store


def clicks_of(fields):
    """The clicks of an entry; none where it says that clicks were lost or that an edge has ended."""
    for line in (fields or {}).get("body", "").split("\n"):
        try:
            click = json.loads(line)
        except ValueError:
            continue  # the tracker keeps such lines as dead letters
        if click.get("v") == 1:
            yield click


def is_counted(click):
    return not any(key in click for key in ("bot", "outcome", "test"))


def save(store, entries):
    rows = [(click["id"], click["ts"], click.get("code"), click.get("campaign"),
             click.get("referrer"))
            for _, fields in entries for click in clicks_of(fields) if is_counted(click)]
    with store:  # one transaction; on the disk when it ends
        store.executemany("INSERT OR IGNORE INTO clicks VALUES (?, ?, ?, ?, ?)", rows)


class Consumer:
    def __init__(self, client, store, group, name):
        self.client, self.store, self.group, self.name = client, store, group, name
        self.streams = set()  # whose pending entries have been read

    def find_streams(self):
        for tag in self.client.hkeys("wm:stream"):
            stream = f"wm:clicks:{{{tag}}}"
            if stream not in self.streams and self.join(stream):
                while self.take({stream: FOUND_AGAIN}):
                    pass
                self.streams.add(stream)

    def join(self, stream):
        """False while the stream is not there: an edge or the tracker makes it."""
        try:
            self.client.xgroup_create(stream, self.group, id="0")
        except redis.ResponseError as error:
            return str(error).startswith("BUSYGROUP")
        return True

    def take(self, places, block_ms=None):
        """Reads, saves, acknowledges. Returns the number of entries."""
        taken = 0
        for stream, entries in self.client.xreadgroup(self.group, self.name, places, count=100,
                                                      block=block_ms):
            if not entries:
                continue
            save(self.store, entries)
            self.client.xack(stream, self.group, *[entry for entry, _ in entries])
            taken += len(entries)
        return taken

    def run(self):
        while True:
            try:
                self.find_streams()
                if self.streams:
                    self.take(dict.fromkeys(self.streams, NEW), block_ms=1_000)
                else:
                    time.sleep(1)
            except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError) as error:
                print(f"Redis: {error}; again in a second", flush=True)
                self.streams.clear()  # a Redis that has lost everything has lost the group, too
                time.sleep(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--redis", default="redis://127.0.0.1:6379")
    parser.add_argument("--store", default="clicks.db")
    parser.add_argument("--group", default="example-python")
    parser.add_argument("--consumer", default="one", help="each process needs a name of its own")
    words = parser.parse_args()
    client = redis.Redis.from_url(words.redis, decode_responses=True)
    Consumer(client, open_store(words.store), words.group, words.consumer).run()


if __name__ == "__main__":
    main()

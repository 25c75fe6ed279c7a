// Counts clicks for each referrer, in Redis itself: effect and acknowledgement are one script, so that
// the two cannot part.
//
//   NODE_PATH=/usr/share/nodejs node consume.js redis://127.0.0.1:6379
//
// Needs the package redis, version 4 (Debian: node-redis; NODE_PATH is for a Node that is not
// Debian's). The counts are in the hash `example:clicks`: field referrer, value clicks. The rules that
// it keeps are those of common/schema/README.md.
'use strict';

const redis = require('redis');

const url = process.argv[2] || 'redis://127.0.0.1:6379';
const group = process.argv[3] || 'example-node';
const consumer = process.argv[4] || 'one'; // each process needs a name of its own
// How late a click may come again: as long as an edge or Redis may be away.
const rememberSeconds = 8 * 24 * 3600;

// KEYS: the stream, the counts. ARGV: group, entry, seconds, then id and referrer of each click.
const countAndAcknowledge = `
  for i = 4, #ARGV, 2 do
    if redis.call('SET', 'example:seen:' .. ARGV[i], 1, 'NX', 'EX', ARGV[3]) then
      redis.call('HINCRBY', KEYS[2], ARGV[i + 1], 1)
    end
  end
  return redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])`;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Loss and end entries have no lines; an entry that was trimmed while it was pending has no fields.
function clicksOf(fields) {
  const at = (fields || []).indexOf('body');
  if (at < 0) return [];
  const clicks = [];
  for (const line of fields[at + 1].split('\n')) {
    try {
      clicks.push(JSON.parse(line));
    } catch (error) {
      // The tracker keeps such lines as dead letters.
    }
  }
  return clicks.filter((click) => click.v === 1);
}

const isCounted = (click) => !('bot' in click || 'outcome' in click || 'test' in click);

async function take(client, stream, entry, fields) {
  const words = [group, entry, String(rememberSeconds)];
  for (const click of clicksOf(fields).filter(isCounted)) {
    words.push(click.id, click.referrer || '(none)');
  }
  await client.eval(countAndAcknowledge, { keys: [stream, 'example:clicks'], arguments: words });
}

// `from`: '0' for what this consumer was given before, '>' for what is new.
async function read(client, streams, from) {
  const words = ['XREADGROUP', 'GROUP', group, consumer, 'COUNT', '100'];
  if (from === '>') words.push('BLOCK', '1000');
  words.push('STREAMS', ...streams, ...streams.map(() => from));
  let taken = 0;
  for (const [stream, entries] of (await client.sendCommand(words)) || []) {
    for (const [entry, fields] of entries) {
      await take(client, stream, entry, fields);
      taken += 1;
    }
  }
  return taken;
}

// False while the stream is not there: an edge or the tracker makes it.
async function join(client, stream) {
  try {
    await client.sendCommand(['XGROUP', 'CREATE', stream, group, '0']);
    return true;
  } catch (error) {
    return error.message.startsWith('BUSYGROUP');
  }
}

async function main() {
  const client = redis.createClient({ url });
  client.on('error', (error) => console.error('Redis:', error.message));
  await client.connect();
  let streams = [];
  for (;;) {
    try {
      for (const tag of await client.sendCommand(['HKEYS', 'wm:stream'])) {
        const stream = `wm:clicks:{${tag}}`;
        if (streams.includes(stream) || !(await join(client, stream))) continue;
        while ((await read(client, [stream], '0')) > 0);
        streams.push(stream);
      }
      if (streams.length > 0) await read(client, streams, '>');
      else await pause(1000);
    } catch (error) {
      console.error('again in a second:', error.message);
      streams = []; // a Redis that has lost everything has lost the group, too
      await pause(1000);
    }
  }
}

main();

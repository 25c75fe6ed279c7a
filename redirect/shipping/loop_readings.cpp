// What the loop asks Redis once a second: shards, figures (rule 4), and the stream when there is
// none (rule 2).
#include "common/redis/keys.hpp"
#include "redirect/shipping/loop_impl.hpp"

#include <fmt/format.h>

#include <random>
#include <utility>

namespace waymark::redirect {
namespace {

using boost::system::error_code;

std::string random_word() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

}  // namespace

void ShippingLoop::Impl::ask_shards() {
  if (asking_ || !redis_->ready()) return;
  asking_ = true;
  redis_->send(redis::Command{"HGETALL", redis_keys::stream}, command_deadline,
               [self = shared_from_this()](error_code error, redis::Reply reply) {
                 self->asking_ = false;
                 if (!error && reply.is_array() && !self->closed_) self->on_shards(reply);
               });
}

void ShippingLoop::Impl::on_shards(redis::ReplyView reply) {
  shards_ = read_shards(reply);
  choose_shards();
  std::vector<Figures> wanted;
  for (const OriginPtr& origin : origins_) wanted.push_back({origin->key, origin->shard});
  asking_ = true;
  redis_->send(
      ask_figures(wanted), command_deadline,
      [self = shared_from_this(), asked = origins_](error_code error, redis::Reply figures) {
        self->asking_ = false;
        if (!error && figures.is_array() && !self->closed_) {
          self->on_figures(figures, asked);
        }
      });
}

// An origin stays with its shard until that is removed. (A list without any shard is a Redis that
// has forgotten: everyone puts their own back.)
void ShippingLoop::Impl::choose_shards() {
  for (const OriginPtr& origin : origins_) {
    if (!origin->shard.empty() && (shards_.empty() || shards_.contains(origin->shard))) continue;
    origin->shard = choose_shard(shards_, origin->key);
    origin->stream_key = redis_keys::clicks(origin->shard);
    origin->stream_missing = false;
    ++origin->servers;  // ids of the other stream say nothing about this one
    note_server(*origin);
  }
}

void ShippingLoop::Impl::on_figures(redis::ReplyView reply, const std::vector<OriginPtr>& asked) {
  for (std::size_t i = 0; i < asked.size(); ++i) {
    ShippedOrigin& origin = *asked[i];
    const auto alarms = origin.shipper.counts().alarms;
    const Reading reading = read_figures(reply, i, shards_, origin.shard);
    origin.shipper.read(reading);
    origin.journal->set_committed(origin.shipper.committed());
    account(origin);
    if (origin.shipper.counts().alarms != alarms) {
      log_.error("shipping.figure_beyond", "the tracker claims more clicks than were sent; ignored",
                 {{"origin", origin.key}, {"figure", reading.figure->text()}});
    }
    if (reading.word.empty() || std::exchange(origin.stream_missing, false)) {
      make_stream(origin.shard);
    }
  }
  publish_known();
  publish();
  run();
}

void ShippingLoop::Impl::publish_known() {
  KnownList known;
  for (const OriginPtr& origin : origins_) {
    const Shipper& shipper = origin->shipper;
    if (shipper.committed().empty()) continue;
    known.emplace_back(origin->key, Figure{shipper.generation(), shipper.committed()});
  }
  figures_.known.set(std::move(known));
}

// Whoever finds no stream makes it: the word first, then the stream (rule 2).
void ShippingLoop::Impl::make_stream(const std::string& shard) {
  if (making_ || !redis_->ready()) return;
  making_ = true;
  // One after the other: in a Cluster they may be at two servers.
  redis_->send(redis::Command{"HSETNX", redis_keys::stream, shard, random_word()}, command_deadline,
               [self = shared_from_this(), shard](error_code error, const redis::Reply& reply) {
                 self->making_ = !error && !reply.is_error() && !self->closed_;
                 if (self->making_) self->make_group(shard);
               });
}

void ShippingLoop::Impl::make_group(const std::string& shard) {
  redis_->send(redis::Command{"XGROUP", "CREATE", redis_keys::clicks(shard),
                              redis_keys::drain_group, "0", "MKSTREAM"},
               command_deadline,
               [self = shared_from_this()](error_code error, const redis::Reply& reply) {
                 self->making_ = false;
                 if (error || self->closed_) return;
                 // The group may be there already, made by another edge or a tracker.
                 if (!reply.is_error() || reply.is_error_code("BUSYGROUP")) self->ask_shards();
               });
}

}  // namespace waymark::redirect

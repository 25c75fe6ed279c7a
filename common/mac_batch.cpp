#include "common/mac_batch.hpp"

#include "common/base64url.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace waymark {
namespace {

constexpr std::size_t block_bytes = Sha256Lanes::block_bytes;
constexpr std::size_t length_bytes = 8;
// Below, one after the other is no slower.
constexpr std::size_t worth_lanes = 4;

static_assert((MacBatch::message_bytes_max + length_bytes) % block_bytes == 0);

// Pads as FIPS 180-4, 5.1.1 says what follows one block of key. Returns the number of blocks.
std::size_t pad(std::uint8_t* message, std::size_t bytes) noexcept {
  const std::size_t blocks = (bytes + 1 + length_bytes + block_bytes - 1) / block_bytes;
  std::uint8_t* const end = message + blocks * block_bytes;
  std::memset(message + bytes, 0, static_cast<std::size_t>(end - message) - bytes);
  message[bytes] = 0x80;
  const std::size_t bits = 8 * (block_bytes + bytes);
  end[-1] = static_cast<std::uint8_t>(bits);
  end[-2] = static_cast<std::uint8_t>(bits >> 8U);
  return blocks;
}

}  // namespace

void MacBatch::add(const HmacKey& key, std::string_view label, std::string_view message,
                   const Blank& blank) noexcept {
  assert(label.size() + message.size() < message_bytes_max && blank.before.size() <= 2);
  if (count_ == macs_max) finish();
  Job& job = jobs_[count_++];
  job.key = &key;
  job.out = blank.out;
  job.before_bytes = static_cast<std::uint32_t>(blank.before.size());
  job.mac_bytes = static_cast<std::uint32_t>(blank.mac_bytes);
  std::memcpy(job.before.data(), blank.before.data(), blank.before.size());
  std::memcpy(job.message.data(), label.data(), label.size());
  std::memcpy(job.message.data() + label.size(), message.data(), message.size());
  job.message_bytes = static_cast<std::uint32_t>(label.size() + message.size());
  job.blocks = static_cast<std::uint32_t>(pad(job.message.data(), job.message_bytes));
}

void MacBatch::finish() noexcept {
  std::array<Job*, macs_max> jobs;
  for (std::size_t i = 0; i < count_; ++i) jobs[i] = &jobs_[i];
  // Those of the same length beside each other: a lane that has ended idles.
  std::sort(jobs.begin(), jobs.begin() + static_cast<std::ptrdiff_t>(count_),
            [](const Job* a, const Job* b) { return a->blocks < b->blocks; });
  for (std::size_t done = 0; done < count_;) {
    const std::size_t lanes = std::min(count_ - done, Sha256Lanes::lanes);
    sign_side_by_side(std::span{jobs}.subspan(done, lanes));
    done += lanes;
  }
  count_ = 0;
}

void MacBatch::sign_side_by_side(std::span<Job*> jobs) noexcept {
  if (jobs.size() < worth_lanes) {
    for (const Job* job : jobs) {
      const std::string_view message{reinterpret_cast<const char*>(job->message.data()),
                                     job->message_bytes};
      fill(*job, job->key->sign({}, message).data());
    }
    return;
  }
  Sha256Lanes inner, outer;
  std::array<const std::uint8_t*, Sha256Lanes::lanes> blocks;
  const auto job_of = [&](std::size_t lane) { return jobs[std::min(lane, jobs.size() - 1)]; };
  for (std::size_t lane = 0; lane < Sha256Lanes::lanes; ++lane) {
    inner.load(lane, job_of(lane)->key->inner());
    outer.load(lane, job_of(lane)->key->outer());
  }
  // The message of the outer hash: the inner digest, padded.
  std::uint8_t digests[Sha256Lanes::lanes][block_bytes];
  for (std::uint32_t block = 0; block < jobs.back()->blocks; ++block) {
    for (std::size_t lane = 0; lane < Sha256Lanes::lanes; ++lane) {
      const Job& job = *job_of(lane);
      blocks[lane] = job.message.data() + std::min(block, job.blocks - 1) * block_bytes;
    }
    inner.compress(blocks);
    for (std::size_t lane = 0; lane < Sha256Lanes::lanes; ++lane) {
      if (job_of(lane)->blocks == block + 1) inner.write_digest(lane, digests[lane]);
    }
  }
  for (std::size_t lane = 0; lane < Sha256Lanes::lanes; ++lane) {
    pad(digests[lane], Sha256Lanes::digest_bytes);
    blocks[lane] = digests[lane];
  }
  outer.compress(blocks);
  for (std::size_t lane = 0; lane < jobs.size(); ++lane) {
    std::array<std::uint8_t, Sha256Lanes::digest_bytes> mac;
    outer.write_digest(lane, mac.data());
    fill(*jobs[lane], mac.data());
  }
}

void MacBatch::fill(const Job& job, const std::uint8_t* mac) noexcept {
  std::array<std::uint8_t, 2 + Sha256Lanes::digest_bytes> bytes;
  std::memcpy(bytes.data(), job.before.data(), job.before_bytes);
  std::memcpy(bytes.data() + job.before_bytes, mac, job.mac_bytes);
  write_base64url({bytes.data(), job.before_bytes + job.mac_bytes}, job.out);
}

}  // namespace waymark

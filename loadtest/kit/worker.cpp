#include "loadtest/kit/worker.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace waymark::loadtest {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr std::size_t buffer_bytes = 65'536;
constexpr std::size_t events_max = 1'024;
constexpr std::uint64_t tick_ns = 50'000'000;  // timeouts, early ends and seconds are looked after

}  // namespace

Worker::Worker(const WorkerPlan& plan, std::optional<Arrivals> arrivals,
               std::unique_ptr<RequestSource> source, Recorder& recorder, AnswerWatcher* watcher)
    : plan_(plan),
      arrivals_(std::move(arrivals)),
      source_(std::move(source)),
      recorder_(recorder),
      watcher_(watcher),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      slots_(plan.connections),
      buffer_(buffer_bytes),
      events_(std::min(plan.connections, events_max)),
      ended_(plan.run_ns) {
  if (epoll_ < 0) throw std::runtime_error("cannot make an epoll set");
  idle_.reserve(slots_.size());
  unopened_.reserve(slots_.size());
  for (Slot& slot : slots_) unopened_.push_back(&slot);
}

Worker::~Worker() {
  ::close(epoll_);
}

std::uint64_t Worker::clock() const {
  const nanoseconds passed = std::chrono::steady_clock::now() - start_.steady;
  return static_cast<std::uint64_t>(std::max(passed, nanoseconds{0}).count());
}

void Worker::run(const RunStart& start, const std::atomic<bool>& stop) {
  start_ = start;
  ask_for_exact_timers();
  std::this_thread::sleep_until(start.steady);
  const ThreadClocks before = read_thread_clocks();
  now_ = clock();
  if (arrivals_) {
    plan_next();
  } else {
    while (!unopened_.empty()) start_next(*take_slot(false));
  }
  while (now_ < ended_ + plan_.drain_ns && !(all_sent() && busy_ == 0)) {
    if (due_ <= now_) send_due();
    wait();
    if (now_ >= next_tick_) tick(stop);
  }
  recorder_.advance(now_);
  recorder_.finish();
  cost_ = read_thread_clocks() - before;
}

bool Worker::all_sent() const {
  return arrivals_ ? due_ == Arrivals::none : now_ >= ended_;
}

// What was due until an early end is still sent, as at the end of a plan.
void Worker::plan_next() {
  due_ = arrivals_->next();
  if (due_ > ended_) due_ = Arrivals::none;
}

// Requests that are due and find a connection go out; the others stay due.
void Worker::send_due() {
  while (due_ <= now_) {
    if (!slot_is_free()) return;
    if (!drawn_) drawn_ = source_->next();
    Slot& slot = *take_slot(drawn_->own_connection);
    const Request request = *std::exchange(drawn_, std::nullopt);
    start(slot, request, due_, lateness_.of(due_, now_));
    plan_next();
    now_ = clock();
  }
  lateness_.queue_is_empty();
}

void Worker::wait() {
  std::uint64_t until = std::max(next_tick_, now_);
  if (slot_is_free()) until = std::min(until, std::max(due_, now_));
  const timespec timeout = timespec_of(until - now_);
  lateness_.asks(now_);
  const int count =
      ::epoll_pwait2(epoll_, events_.data(), static_cast<int>(events_.size()), &timeout, nullptr);
  now_ = clock();
  lateness_.told(now_, static_cast<std::size_t>(std::max(count, 0)));
  for (int i = 0; i < count; ++i) {
    on_event(*static_cast<Slot*>(events_[static_cast<std::size_t>(i)].data.ptr));
    if (due_ <= now_) send_due();
  }
}

void Worker::tick(const std::atomic<bool>& stop) {
  next_tick_ = now_ + tick_ns;
  recorder_.advance(now_);
  if (stop.load(std::memory_order_relaxed) && now_ < ended_) {
    ended_ = now_;
    if (due_ > ended_) due_ = Arrivals::none;
  }
  for (Slot& slot : slots_) {
    if (slot.busy && now_ - slot.sent > plan_.timeout_ns) {
      fail(slot, &Errors::timeout, "no answer within the time given by --timeout");
    }
  }
  // A closed loop does not hammer a server that refuses connections: it tries again at each tick.
  if (!arrivals_ && now_ < ended_) {
    for (std::size_t i = unopened_.size(); i > 0; --i) start_next(*take_slot(false));
  }
}

Worker::Slot* Worker::take_slot(bool own_connection) {
  auto& first = own_connection ? unopened_ : idle_;
  auto& from = first.empty() ? (own_connection ? idle_ : unopened_) : first;
  Slot* const slot = from.back();
  from.pop_back();
  return slot;
}

void Worker::start_next(Slot& slot) {
  start(slot, source_->next(), now_, 0);
}

void Worker::start(Slot& slot, const Request& request, std::uint64_t due, std::uint64_t lateness) {
  slot.busy = true;
  ++busy_;
  slot.request = request;
  slot.request.bytes = {};
  slot.due = due;
  slot.sent = now_;
  recorder_.sent(request.kind, lateness);
  if (request.own_connection) close(slot);
  slot.parser.begin(request.head, {watcher_ != nullptr, request.visitor != 0});
  if (!slot.stream.is_open()) {
    if (!slot.stream.open(plan_.server, plan_.tls)) return fail_by_stream(slot, &Errors::connect);
    recorder_.connection_opened();
    open_max_ = std::max(open_max_, ++open_);
  }
  const Stream::Moved moved = slot.stream.write(request.bytes);
  if (moved.io == Stream::Io::failed) return fail_by_stream(slot, &Errors::write);
  recorder_.bytes_sent(moved.bytes);
  if (moved.bytes == request.bytes.size()) return watch(slot, EPOLLIN);
  slot.unsent.assign(request.bytes.substr(moved.bytes));
  watch(slot, moved.io == Stream::Io::wait_read ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

void Worker::watch(Slot& slot, std::uint32_t events) {
  if (slot.watched == events) return;
  epoll_event event{};
  event.events = events;
  event.data.ptr = &slot;
  ::epoll_ctl(epoll_, slot.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, slot.stream.socket(),
              &event);
  slot.watched = events;
}

void Worker::on_event(Slot& slot) {
  if (!slot.stream.is_open()) return;  // closed by an event before it
  if (slot.unsent.empty() || send_rest(slot)) receive(slot);
}

// False when the slot has nothing to receive.
bool Worker::send_rest(Slot& slot) {
  const Stream::Moved moved = slot.stream.write(slot.unsent);
  if (moved.io == Stream::Io::failed) {
    now_ = clock();
    fail_by_stream(slot, &Errors::write);
    return false;
  }
  recorder_.bytes_sent(moved.bytes);
  slot.unsent.erase(0, moved.bytes);
  const bool wait_write = !slot.unsent.empty() && moved.io != Stream::Io::wait_read;
  watch(slot, wait_write ? EPOLLIN | EPOLLOUT : EPOLLIN);
  return slot.stream.was_connected();
}

void Worker::receive(Slot& slot) {
  for (;;) {
    const Stream::Moved moved = slot.stream.read(buffer_);
    now_ = clock();
    if (moved.io == Stream::Io::wait_read || moved.io == Stream::Io::wait_write) return;
    recorder_.bytes_received(moved.bytes);
    if (!slot.busy) return drop_idle(slot);
    if (moved.io == Stream::Io::failed) return fail_by_stream(slot, &Errors::read);
    std::string_view bytes{buffer_.data(), moved.bytes};
    const auto step =
        moved.io == Stream::Io::closed ? slot.parser.end_of_stream() : slot.parser.take(bytes);
    if (step == AnswerParser::Step::done) return finish(slot, bytes.empty());
    if (moved.io == Stream::Io::closed) {
      return fail(slot, &Errors::read, "the server closed the connection before it had answered");
    }
    if (step == AnswerParser::Step::failed) {
      return fail(slot, &Errors::protocol, "the answer is not HTTP/1.x");
    }
    if (plan_.tls == nullptr && moved.bytes < buffer_.size()) return;
  }
}

void Worker::finish(Slot& slot, bool reusable) {
  const AnswerParser& answer = slot.parser;
  recorder_.answered({slot.request.kind, answer.status(),
                      is_expected(slot.request, answer.status()), now_ - slot.due,
                      now_ - slot.sent});
  last_answer_ = now_;
  if (watcher_ != nullptr && !answer.location().empty()) {
    const auto at = start_.wall + nanoseconds{now_};
    watcher_->answered(answer.location(),
                       std::chrono::duration_cast<microseconds>(at.time_since_epoch()).count());
  }
  if (slot.request.visitor != 0) source_->answered(slot.request.visitor, answer.cookies());
  release(slot,
          reusable && answer.keep_alive() && slot.unsent.empty() && !slot.request.own_connection);
}

void Worker::fail_by_stream(Slot& slot, std::uint64_t Errors::*counter) {
  const bool connected = slot.stream.was_connected();
  fail(slot, connected ? counter : &Errors::connect, slot.stream.failure());
}

void Worker::fail(Slot& slot, std::uint64_t Errors::*counter, const std::string& why) {
  recorder_.failed(counter, why);
  slot.request.own_connection = false;
  release(slot, false);
}

void Worker::release(Slot& slot, bool reusable) {
  slot.busy = false;
  --busy_;
  if (!reusable) close(slot);
  if (arrivals_ && !slot_is_free()) lateness_.made_room(slot.sent, now_);
  if (!arrivals_ && now_ < ended_ && (reusable || slot.parser.status() != 0)) {
    return start_next(slot);
  }
  (reusable ? idle_ : unopened_).push_back(&slot);
}

void Worker::close(Slot& slot) {
  if (!slot.stream.is_open()) return;
  slot.stream.close();
  slot.unsent.clear();
  slot.watched = 0;
  --open_;
}

// The server closed a connection that nobody used, or spoke without being asked.
void Worker::drop_idle(Slot& slot) {
  close(slot);
  std::erase(idle_, &slot);
  unopened_.push_back(&slot);
}

}  // namespace waymark::loadtest

#include "redirect/shipping/shipping_loop.hpp"

#include "redirect/shipping/loop_impl.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace waymark::redirect {

ShippingLoop::ShippingLoop(LoopOptions options, std::shared_ptr<OriginJournal> own,
                           JournalWriter& writer, ShipWindow& window, Log& log)
    : options_(std::move(options)),
      own_(std::move(own)),
      writer_(writer),
      window_(window),
      log_(log) {}

ShippingLoop::~ShippingLoop() {
  if (impl_) impl_->close();
}

void ShippingLoop::start(boost::asio::io_context& io) {
  {
    const std::lock_guard lock{mutex_};
    impl_ = std::make_shared<Impl>(options_, own_, writer_, window_, log_, figures_, io);
  }
  post([](Impl& impl) { impl.start(); });
}

void ShippingLoop::adopt(std::shared_ptr<AdoptedEpoch> epoch) {
  post([epoch = std::move(epoch)](Impl& impl) { impl.adopt(*epoch); });
}

void ShippingLoop::forget(std::string epoch) {
  post([epoch = std::move(epoch)](Impl& impl) { impl.forget(epoch); });
}

void ShippingLoop::finish(std::chrono::milliseconds at_most, std::function<void()> done) {
  post([this, at_most, done = std::move(done)](Impl& impl) mutable {
    impl.finish(at_most, [this, done = std::move(done)] {
      {
        const std::lock_guard lock{mutex_};
        impl_.reset();  // whoever called this still holds it
      }
      done();
    });
  });
}

void ShippingLoop::post(std::function<void(Impl&)> work) {
  const std::lock_guard lock{mutex_};
  if (!impl_) return;
  boost::asio::post(impl_->io(), [impl = impl_, work = std::move(work)] { work(*impl); });
}

}  // namespace waymark::redirect

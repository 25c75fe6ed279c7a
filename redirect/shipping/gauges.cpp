// Shipping's figures as metrics. They are read at scrape time; nothing is counted twice.
#include "redirect/shipping/shipping.hpp"

namespace waymark::redirect {
namespace {

struct Gauge {
  MetricInfo info;
  double (*read)(const ShippingStats&);
};

template <auto Member>
double value(const ShippingStats& stats) {
  return static_cast<double>(stats.*Member);
}

constexpr Gauge gauges[] = {
    {{"journal_committed_clicks_total", "", "Clicks of this process that the store has"},
     value<&ShippingStats::committed>},
    {{"journal_owed_clicks", "", "Clicks journalled and not in the store"},
     value<&ShippingStats::owed>},
    {{"journal_adopted_owed_clicks", "", "Of these, clicks left behind by other processes"},
     value<&ShippingStats::adopted_owed>},
    {{"journal_lost_clicks_total", "", "Clicks whose record in the journal is damaged"},
     value<&ShippingStats::lost>},
    {{"journal_sync_errors_total", "", "Segments that the disk failed to sync"},
     value<&ShippingStats::sync_errors>},
    {{"journal_disk_bytes", "", "Size of everything in journal.dir"},
     value<&ShippingStats::disk_bytes>},
    {{"ship_clicks_total", "", "Clicks given to the stream, repeated ones included"},
     value<&ShippingStats::sent>},
    {{"ship_again_clicks_total", "", "Clicks given to the stream again"},
     value<&ShippingStats::sent_again>},
    {{"ship_entries_total", "", "Stream entries written"}, value<&ShippingStats::batches>},
    {{"ship_errors_total", "", "Stream entries refused or left unanswered"},
     value<&ShippingStats::send_errors>},
    {{"ship_figure_alarms_total", "", "Committed figures beyond what was sent"},
     value<&ShippingStats::figure_alarms>},
    {{"ship_window_bytes", "", "Bytes sent and not in the store"},
     value<&ShippingStats::window_bytes>},
    {{"ship_up", "", "1 when every thread reaches the stream"}, value<&ShippingStats::shipping>},
};

}  // namespace

void Shipping::register_gauges(Metrics& metrics) {
  for (const Gauge& gauge : gauges) {
    metrics.gauge(gauge.info, [this, read = gauge.read] { return read(stats()); });
  }
}

}  // namespace waymark::redirect

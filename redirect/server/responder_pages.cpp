// The part of Responder that shows instead of redirecting: our own paths, where a link leads, QR
// codes, and hosts that are refused. Nothing here makes a click or sets a cookie.
#include "redirect/pages/destination_page.hpp"
#include "redirect/pages/html.hpp"
#include "redirect/server/responder.hpp"

#include <utility>

namespace waymark::redirect {
namespace {

constexpr std::string_view robots_fields =
    "Content-Type: text/plain; charset=utf-8\r\nCache-Control: public, max-age=3600\r\n";
constexpr std::string_view icon_fields =
    "Content-Type: image/png\r\nCache-Control: public, max-age=604800\r\n";
constexpr std::string_view svg_fields =
    "Content-Type: image/svg+xml\r\nCache-Control: public, max-age=86400\r\n"
    "X-Robots-Tag: noindex\r\nX-Content-Type-Options: nosniff\r\n";
constexpr std::string_view png_fields =
    "Content-Type: image/png\r\nCache-Control: public, max-age=86400\r\n"
    "X-Robots-Tag: noindex\r\nX-Content-Type-Options: nosniff\r\n";

// Crawlers may fetch: one that may not would never read `X-Robots-Tag: noindex`, and previews of
// shared links come from crawlers too.
constexpr std::string_view robots_default = "User-agent: *\nDisallow:\n";

}  // namespace

// --- hosts ---

bool Responder::is_domain_due(const KnownHost& host) const noexcept {
  if (now_.steady_ms < host.domain_due_ms) return false;
  return host.domain_due_ms == 0 || !redis_away_;
}

// A host that is not ours, as far as is known. What is not known comes with the lookup of the code,
// which is charged to the budget for unknown codes.
Step Responder::begin_refused_host(Connection& connection, const KnownHost& host,
                                   std::string_view code, char*& out) {
  const std::string_view name = connection.request.host;
  if (!name.empty() && is_domain_due(host)) {
    return wait_for(connection, host, code, Asking::other_host, out);
  }
  page(connection, 404, Counter::hosts_refused, out);
  return Step::answered;
}

// --- our own paths ---

Step Responder::begin_own_path(Connection& connection, const AskedPath& path, char*& out) {
  const Request& request = connection.request;
  switch (path.asks) {
    case Asks::root:
    case Asks::robots: {
      const KnownHost& host = hosts_.find(request.host);
      if (!request.host.empty() && is_domain_due(host)) {
        const Asking asking = host.domain ? Asking::known_again : Asking::unheard;
        return wait_for(connection, host, {}, asking, out);
      }
      root_or_robots(connection, path.asks, host, out);
      return Step::answered;
    }
    case Asks::favicon:
      content(connection, {.fields = icon_fields}, favicon_, out);
      return Step::answered;
    case Asks::well_known:
      if (const WellKnownFiles::File* file = well_known_->find(path.name)) {
        content(connection, {.fields = file->fields}, file->content, out);
        return Step::answered;
      }
      break;
    default:
      break;
  }
  page(connection, 404, Counter::unknown, out);
  return Step::answered;
}

// The lookup of a host's record, or of a code on a host that is not ours, has come back.
void Responder::resume_own_path(Connection& connection, Asks asks, LookupStatus status,
                                char*& out) {
  const KnownHost& host = hosts_.find(connection.request.host);
  const bool failed = status != LookupStatus::answered;
  if (!failed && !host.ours && is_guess(connection.asking, host)) {
    addresses_.charge(connection.peer.address.raw(), now_.steady_ms);
  }
  if (!failed || host.domain_due_ms != 0) {
    if (is_refused(host)) return page(connection, 404, Counter::hosts_refused, out);
    return root_or_robots(connection, asks, host, out);
  }
  if (status == LookupStatus::over_budget) {
    return page(connection, 429, Counter::over_budget, out);
  }
  page(connection, 503, Counter::unavailable, out);
}

void Responder::root_or_robots(Connection& connection, Asks asks, const KnownHost& host,
                               char*& out) {
  if (is_refused(host)) return page(connection, 404, Counter::hosts_refused, out);
  const DomainRecord* const domain = host.domain.get();
  if (asks == Asks::robots) {
    const bool own = domain != nullptr && !domain->robots.empty();
    return content(connection, {.fields = robots_fields},
                   std::make_shared<const std::string>(own ? domain->robots : robots_default), out);
  }
  if (domain == nullptr || domain->root_url.empty()) {
    return page(connection, 200, Counter::pages, out);
  }
  counters_.add(Counter::pages);
  connection.close_after = closes(connection);
  out = write_fallback(domain->root_url, date_.text(), connection.close_after, out);
  end_request(connection);
}

// --- links that are shown ---

void Responder::show(Connection& connection, const ResolvedLink& link, const KnownHost& host,
                     char*& out) {
  if (link.campaign->record.status == CampaignStatus::draft) return unknown(connection, host, out);
  AskedPathBuffer buffer;
  const AskedPath path = asked_path(connection.request.path, options_.code_case, buffer);
  if (path.asks == Asks::destination) {
    return show_destination(connection, link, host, path.code, out);
  }
  show_qr(connection, host, path, out);
}

void Responder::show_destination(Connection& connection, const ResolvedLink& link,
                                 const KnownHost& host, std::string_view code, char*& out) {
  const Request& request = connection.request;
  const Language& language = pages_.language_for(request.accept_language);
  const Decision decision =
      decision_on(connection, agents_.find(request.user_agent).agent, link, host);
  if (decision.verdict == Verdict::circle) return unknown(connection, host, out);
  auto document = std::make_shared<const std::string>(destination_page(
      link, decision, {code, request.query, request.path.ends_with('/')}, language));
  content(connection, {.fields = html_fields, .language = language.tag()}, std::move(document),
          out);
}

// Drawing is charged to the visitor's address like a lookup in vain: one address must not use up
// what all may draw together.
void Responder::show_qr(Connection& connection, const KnownHost& host, const AskedPath& path,
                        char*& out) {
  const Request& request = connection.request;
  const QrFormat format = path.asks == Asks::svg ? QrFormat::svg : QrFormat::png;
  const std::size_t side = qr_side_of(request.query);
  const std::string link = short_link(request, host, path.code);
  if (link.empty()) return page(connection, 404, Counter::unknown, out);
  QrDesk::Picture picture = qr_codes_.kept(link, format, side);
  if (picture == nullptr) {
    const std::string_view address = connection.peer.address.raw();
    if (addresses_.is_spent(address, now_.steady_ms)) {
      return page(connection, 429, Counter::over_address_budget, out);
    }
    QrDesk::Drawing drawing = qr_codes_.draw(link, format, side, now_.steady_ms);
    if (drawing.status == QrDesk::Status::too_fast) {
      return page(connection, 429, Counter::qr_refused, out);
    }
    addresses_.charge(address, now_.steady_ms);
    if (drawing.status == QrDesk::Status::failed) {
      return page(connection, 404, Counter::unknown, out);
    }
    counters_.add(Counter::qr_drawn);
    picture = std::move(drawing.picture);
  }
  content(connection, {.fields = format == QrFormat::svg ? svg_fields : png_fields},
          std::move(picture), out);
}

// What a QR code says. Never the Host header: a link of one host is named by its record.
std::string Responder::short_link(const Request& request, const KnownHost& host,
                                  std::string_view code) {
  std::string link = options_.base.url;
  if (request.host != options_.base.host && cache_.is_bound(host.key, code)) {
    const std::string& scheme = options_.base.scheme;
    link = (scheme.empty() ? "https" : scheme) + "://" + std::string{request.host};
  }
  if (!link.empty()) link.append("/").append(code).append("?c=qr");
  return link;
}

void Responder::content(Connection& connection, const ContentHead& head,
                        std::shared_ptr<const std::string> body, char*& out) {
  counters_.add(Counter::pages);
  connection.close_after = closes(connection);
  ContentHead sized = head;
  sized.bytes = body->size();
  out = write_content_head(sized, date_.text(), connection.close_after, out);
  if (connection.request.method != Method::head) connection.content = std::move(body);
  end_request(connection);
}

}  // namespace waymark::redirect

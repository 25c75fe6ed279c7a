#include "redirect/server/tls_server.hpp"

#include "common/ascii.hpp"
#include "common/error.hpp"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <limits>
#include <system_error>

namespace waymark::redirect {
namespace {

constexpr long ticket_life_seconds = 3'600;
constexpr std::size_t name_bytes_max = 255;

// What browsers of the last ten years have: forward secrecy and authenticated encryption. Those of
// TLS 1.3 are all fit and need no list.
constexpr const char* tls12_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

constexpr unsigned char http11[] = "\x08http/1.1";

[[noreturn]] void fail(const std::filesystem::path& file, std::string_view problem) {
  throw StartupError(exit_code::config, fmt::format("tls: {}: {}", file.string(), problem));
}

// Why the last step failed, in words. The first error of the queue is the cause; those behind it
// say only who passed it on.
std::string reason() {
  const unsigned long error = ERR_peek_error();
  const char* const text = ERR_reason_error_string(error);
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
  return text == nullptr ? "no reason given" : text;
}

// --- what every context agrees to ---

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, http11, sizeof http11 - 1, offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // such as a client that speaks HTTP/2 only
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

int choose_certificate(SSL* session, int*, void* server) {
  const char* const name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_CTX* const context = static_cast<const TlsServer*>(server)->find(name);
  if (context == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_SSL_CTX(session, context);
  return SSL_TLSEXT_ERR_OK;
}

int no_pass_phrase(char*, int, int, void*) {
  return -1;  // nobody is there to type one
}

SslContext new_context() {
  SslContext context{SSL_CTX_new(TLS_server_method())};
  if (!context) throw StartupError(exit_code::failure, "tls: " + reason());
  SSL_CTX* const ctx = context.get();
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(ctx, tls12_ciphers);
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // A retry may come from other memory, and idle sessions hold no buffers.
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  // A record without a byte of HTTP ends the turn: new keys without end must not hold the thread.
  SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
  // Sessions are resumed by tickets, which the client keeps; we keep nothing.
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(ctx, ticket_life_seconds);
  SSL_CTX_set_num_tickets(ctx, 1);
  SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(ctx, no_pass_phrase);
  return context;
}

// --- files ---

void check_key_file(const std::filesystem::path& key) {
  struct stat status {};
  if (stat(key.c_str(), &status) != 0) fail(key, std::generic_category().message(errno));
  if ((status.st_mode & S_IRWXO) != 0) {
    fail(key, "others may read this private key; chmod o= it");
  }
}

SslContext load(const TlsFiles& files) {
  ERR_clear_error();
  SslContext context = new_context();
  check_key_file(files.key);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    fail(files.certificate, fmt::format("cannot be used as a certificate (PEM): {}", reason()));
  }
  // A key that does not fit the certificate is refused here already.
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    fail(files.key, fmt::format("cannot be used as the private key (PEM) of {}: {}",
                                files.certificate.string(), reason()));
  }
  return context;
}

// A context of its own, since each belongs to one server.
SslContext copy_of(SSL_CTX* from) {
  SslContext context = new_context();
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(from, &chain);
  if (SSL_CTX_use_certificate(context.get(), SSL_CTX_get0_certificate(from)) != 1 ||
      SSL_CTX_set1_chain(context.get(), chain) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), SSL_CTX_get0_privatekey(from)) != 1) {
    throw StartupError(exit_code::failure, "tls: " + reason());
  }
  return context;
}

// --- what stands in a certificate ---

std::string text_of(const ASN1_STRING* value) {
  const auto* const data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(value));
  return lowered({data, static_cast<std::size_t>(std::max(0, ASN1_STRING_length(value)))});
}

std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> names;
  auto* const alternatives = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(alternatives, i);
    if (name->type == GEN_DNS) names.push_back(text_of(name->d.dNSName));
  }
  GENERAL_NAMES_free(alternatives);
  if (!names.empty()) return names;
  X509_NAME* const subject = X509_get_subject_name(certificate);
  if (const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1); at >= 0) {
    names.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  }
  return names;
}

std::int64_t end_of(X509* certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return 0;
  return timegm(&time);
}

}  // namespace

TlsServer::TlsServer(const std::vector<TlsFiles>& files, const TlsServer* in_force) {
  std::vector<std::string> first_names;
  for (const TlsFiles& pair : files) {
    SslContext context = load_or_keep(pair, in_force);
    if (!context) continue;
    X509* const certificate = SSL_CTX_get0_certificate(context.get());
    const std::vector<std::string> names = names_of(certificate);
    if (certificates_.empty() && pair.of_folder) first_names = names;
    certificates_.push_back({pair.certificate, std::move(context), end_of(certificate)});
    for (const std::string& host : names) name(host, certificates_.size() - 1);
  }
  if (certificates_.empty()) throw StartupError(exit_code::config, refused_.at(0).reason);
  if (!first_names.empty()) first_ = by_name_.at(first_names.front());
  first_end_ = std::numeric_limits<std::int64_t>::max();
  note_first_end(certificates_[first_]);
  for (const auto& [host, certificate] : by_name_) note_first_end(certificates_[certificate]);
  // Sessions begin with the first one; the name may lead to another.
  SSL_CTX_callback_ctrl(context(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(choose_certificate));
  SSL_CTX_set_tlsext_servername_arg(context(), this);
}

// Null when there is nothing to be shown.
SslContext TlsServer::load_or_keep(const TlsFiles& files, const TlsServer* in_force) try {
  return load(files);
} catch (const StartupError& error) {
  if (!files.of_folder) throw;
  refused_.push_back({error.what(), false});
  if (in_force == nullptr) return nullptr;
  const auto kept =
      std::ranges::find(in_force->certificates_, files.certificate, &Certificate::file);
  if (kept == in_force->certificates_.end()) return nullptr;
  refused_.back().in_force = true;
  return copy_of(kept->context.get());
}

// Who renews a certificate under another file name leaves the old one beside it.
void TlsServer::name(std::string_view host, std::size_t certificate) {
  const auto [at, is_first] = by_name_.emplace(host, certificate);
  if (!is_first && certificates_[certificate].end > certificates_[at->second].end) {
    at->second = certificate;
  }
}

void TlsServer::note_first_end(const Certificate& certificate) {
  if (certificate.end >= first_end_) return;
  first_end_ = certificate.end;
  first_to_end_ = certificate.file;
}

SSL_CTX* TlsServer::find(std::string_view host) const {
  if (host.size() > name_bytes_max) return nullptr;
  const std::string name = lowered(host);
  if (const auto exact = by_name_.find(name); exact != by_name_.end()) {
    return certificates_[exact->second].context.get();
  }
  // A wildcard stands for one label (RFC 9525 section 6.3).
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return nullptr;
  std::string pattern{'*'};
  pattern.append(name, dot);
  const auto wildcard = by_name_.find(pattern);
  return wildcard == by_name_.end() ? nullptr : certificates_[wildcard->second].context.get();
}

}  // namespace waymark::redirect

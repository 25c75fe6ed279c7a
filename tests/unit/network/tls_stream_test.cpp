// Certificates and their choice, and what strangers may send in the place of a handshake. What
// clients notice is tested in tests/integration/test_tls.py.
#include "redirect/server/tls_stream.hpp"

#include "common/error.hpp"
#include "redirect/server/tls_server.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>

namespace waymark::redirect {
namespace {

namespace fs = std::filesystem;

class TlsTest : public testing::Test {
 protected:
  // NAME.crt and NAME.key for these names.
  TlsFiles make(const std::string& name, const std::string& alternatives, int days = 2) {
    const TlsFiles files{folder.path() / (name + ".crt"), folder.path() / (name + ".key")};
    const std::string command = fmt::format(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days {} "
        "-subj '/CN={}' {} -keyout '{}' -out '{}' 2>/dev/null",
        days, name, alternatives.empty() ? "" : "-addext subjectAltName=" + alternatives,
        files.key.string(), files.certificate.string());
    EXPECT_EQ(std::system(command.c_str()), 0);
    fs::permissions(files.key, fs::perms::owner_read | fs::perms::owner_write);
    return files;
  }

  void expect_refused(const std::vector<TlsFiles>& files, const std::string& word) {
    try {
      const TlsServer server{files};
      ADD_FAILURE() << "taken: " << word;
    } catch (const StartupError& error) {
      EXPECT_EQ(error.exit_code(), exit_code::config);
      EXPECT_NE(std::string{error.what()}.find(word), std::string::npos) << error.what();
    }
  }

  test::TemporaryFolder folder;
};

TEST_F(TlsTest, NamesStandInTheCertificates) {
  const TlsServer server{{make("default", ""), make("go", "DNS:go.example,DNS:Go2.Example"),
                          make("wild", "DNS:*.example,DNS:*.deep.example")}};
  EXPECT_EQ(server.certificates(), 3U);
  EXPECT_EQ(server.find("default"), server.context());  // by its common name
  SSL_CTX* const go = server.find("go.example");
  SSL_CTX* const wild = server.find("any.example");
  ASSERT_NE(go, nullptr);
  ASSERT_NE(wild, nullptr);
  EXPECT_NE(go, server.context());
  EXPECT_NE(go, wild);
  EXPECT_EQ(server.find("GO2.example"), go);
  EXPECT_EQ(server.find("a.deep.example"), wild);
  for (const char* unknown : {"example", "a.b.example", "go.example.org", "go", "", ".", "*"}) {
    EXPECT_EQ(server.find(unknown), nullptr) << unknown;
  }
  EXPECT_EQ(server.find(std::string(300, 'a') + ".example"), nullptr);
}

// The common name of what is shown.
std::string subject_of(SSL_CTX* context) {
  if (context == nullptr) return "nothing";
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_CTX_get0_certificate(context)),
                            NID_commonName, name, sizeof name);
  return name;
}

// Certbot's usual pair: go.example/, not renewed any more, and go.example-0001/ beside it.
TEST_F(TlsTest, OfTwoForANameTheOneThatLastsIsShown) {
  make("a", "DNS:go.example", 1);
  make("b", "DNS:go.example,DNS:b.example", 90);
  make("c", "DNS:go.example", 30);
  const TlsServer server{find_tls_files("", "", folder.path().string())};
  EXPECT_EQ(subject_of(server.find("go.example")), "b");
  EXPECT_EQ(subject_of(server.context()), "b") << "strangers are shown no lesser one";
  EXPECT_EQ(server.first_to_end(), folder.path() / "b.crt") << "the others are shown to nobody";

  const TlsFiles chosen = make("chosen", "DNS:go.example", 1);
  auto files = find_tls_files(chosen.certificate, chosen.key, folder.path().string());
  const TlsServer with_default{files};
  EXPECT_EQ(subject_of(with_default.context()), "chosen");
  EXPECT_EQ(subject_of(with_default.find("go.example")), "b");
  EXPECT_EQ(with_default.first_to_end(), chosen.certificate);
}

TEST_F(TlsTest, WhatIsBrokenInAFolderHarmsNobodyElse) {
  make("a", "DNS:a.example");
  const TlsFiles go = make("go", "DNS:go.example");
  const auto load = [this](const TlsServer* in_force) {
    return TlsServer{find_tls_files("", "", folder.path().string()), in_force};
  };
  const TlsServer before = load(nullptr);
  EXPECT_TRUE(before.refused().empty());

  std::ofstream{go.key} << "nonsense\n";
  fs::create_symlink(folder.path() / "loop.crt", folder.path() / "loop.crt");
  const TlsServer reloaded = load(&before);
  EXPECT_EQ(subject_of(reloaded.find("go.example")), "go") << "it goes on with what is in force";
  EXPECT_EQ(subject_of(load(&reloaded).find("go.example")), "go") << "however often";
  const TlsServer started = load(nullptr);
  EXPECT_EQ(subject_of(started.find("go.example")), "nothing");
  EXPECT_EQ(subject_of(started.context()), "a");
  for (const TlsServer* server : {&reloaded, &started}) {
    ASSERT_EQ(server->refused().size(), 2U);
    EXPECT_NE(server->refused()[0].reason.find("go.key"), std::string::npos);
    EXPECT_EQ(server->refused()[0].in_force, server == &reloaded);
    EXPECT_NE(server->refused()[1].reason.find("loop."), std::string::npos);
    EXPECT_FALSE(server->refused()[1].in_force);
  }

  std::ofstream{folder.path() / "a.key"} << "nonsense\n";
  expect_refused(find_tls_files("", "", folder.path().string()), "a.key");  // nothing is left
}

TEST_F(TlsTest, BadFilesAreNamed) {
  const TlsFiles good = make("good", "");
  const TlsFiles other = make("other", "");
  expect_refused({good, {folder.path() / "none.crt", good.key}},
                 "none.crt: cannot be used as a certificate (PEM): No such file");
  expect_refused({{good.certificate, folder.path() / "none.key"}}, "none.key");
  expect_refused({{good.certificate, other.key}}, "cannot be used as the private key");
  expect_refused({{good.key, good.key}}, "no start line");
  fs::permissions(good.key, fs::perms::others_read, fs::perm_options::add);
  expect_refused({good}, "chmod o= ");
}

TEST_F(TlsTest, AKeyThatNeedsAPassPhraseIsRefusedWithoutAsking) {
  const TlsFiles files = make("good", "");
  const fs::path locked = folder.path() / "locked.key";
  const std::string command =
      fmt::format("openssl ec -aes128 -passout pass:x -in '{}' -out '{}' 2>/dev/null",
                  files.key.string(), locked.string());
  ASSERT_EQ(std::system(command.c_str()), 0);
  fs::permissions(locked, fs::perms::owner_read | fs::perms::owner_write);
  expect_refused({{files.certificate, locked}}, "locked.key");
}

TEST_F(TlsTest, AFolderHoldsPairsAndCertbotsFolders) {
  make("b.example", "");
  const TlsFiles live = make("x", "");
  fs::create_directory(folder.path() / "a.example");
  fs::rename(live.certificate, folder.path() / "a.example/fullchain.pem");
  fs::rename(live.key, folder.path() / "a.example/privkey.pem");
  fs::create_directory(folder.path() / "empty");
  std::ofstream{folder.path() / "README"} << "nothing\n";
  const auto files = find_tls_files("", "", folder.path().string());
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].certificate, folder.path() / "a.example/fullchain.pem");
  EXPECT_EQ(files[1].key, folder.path() / "b.example.key");
  EXPECT_EQ(find_tls_files("c", "k", folder.path().string()).front().certificate, "c");
  EXPECT_THROW(find_tls_files("", "", (folder.path() / "empty").string()), StartupError);
  EXPECT_THROW(find_tls_files("", "", (folder.path() / "none").string()), StartupError);
  EXPECT_THROW(find_tls_files("", "", ""), StartupError);
  EXPECT_THROW(find_tls_files("c", "", ""), StartupError);
}

// --- strangers ---

class Pair {
 public:
  Pair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_), 0); }
  ~Pair() {
    close(fds_[0]);
    close(fds_[1]);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  int ours() const { return fds_[0]; }
  void send(const std::string& bytes) {
    EXPECT_EQ(::send(fds_[1], bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  void end() { shutdown(fds_[1], SHUT_WR); }
  int theirs() const { return fds_[1]; }
  int unread() const {
    int bytes = 0;
    EXPECT_EQ(ioctl(fds_[0], FIONREAD, &bytes), 0);
    return bytes;
  }

 private:
  int fds_[2];
};

// What a client says first.
std::string client_hello() {
  const SslContext context{SSL_CTX_new(TLS_client_method())};
  SSL* const client = SSL_new(context.get());
  BIO* const out = BIO_new(BIO_s_mem());
  SSL_set_bio(client, BIO_new(BIO_s_mem()), out);
  std::string host = "go.example";
  SSL_ctrl(client, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
  SSL_connect(client);
  std::string hello(BIO_ctrl_pending(out), '\0');
  EXPECT_EQ(BIO_read(out, hello.data(), static_cast<int>(hello.size())),
            static_cast<int>(hello.size()));
  SSL_free(client);
  return hello;
}

// Whatever comes, it ends in failure when the stranger leaves, and breaks nothing.
TEST_F(TlsTest, DamagedHandshakesFail) {
  const auto server = std::make_shared<const TlsServer>(std::vector{make("default", "")});
  const std::string hello = client_hello();
  std::mt19937 random{7};
  const auto octet = [&random] { return static_cast<char>(random()); };
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes = hello;
    switch (round % 4) {
      case 0:  // noise
        bytes.resize(random() % 600);
        for (char& c : bytes) c = octet();
        break;
      case 1:  // cut off
        bytes.resize(random() % bytes.size());
        break;
      case 2:  // flipped octets
        for (int i = 0; i < 1 + round % 8; ++i) bytes[random() % bytes.size()] = octet();
        break;
      default:  // one good hello, then noise
        for (int i = 0; i < 300; ++i) bytes += octet();
        break;
    }
    Pair pair;
    TlsStream stream{server, pair.ours()};
    const std::size_t cut = bytes.empty() ? 0 : random() % bytes.size();
    pair.send(bytes.substr(0, cut));
    TlsStream::Handshake step = stream.handshake();
    ASSERT_NE(step, TlsStream::Handshake::done);
    if (step == TlsStream::Handshake::pending) {
      pair.send(bytes.substr(cut));
      pair.end();
      for (int i = 0; i < 100 && step == TlsStream::Handshake::pending; ++i) {
        step = stream.handshake();
      }
    }
    ASSERT_EQ(step, TlsStream::Handshake::failed) << "round " << round;
    stream.end();
  }
}

// A client can renew its keys as fast as it can send, and never say anything. Each renewal gives
// the turn back, so that one who does it for ever holds up nobody.
TEST_F(TlsTest, EachNewKeyEndsTheTurn) {
  constexpr int renewals = 100;
  Pair pair;
  TlsStream stream{std::make_shared<const TlsServer>(std::vector{make("default", "")}),
                   pair.ours()};
  const SslContext context{SSL_CTX_new(TLS_client_method())};
  const std::unique_ptr<SSL, decltype(&SSL_free)> client{SSL_new(context.get()), SSL_free};
  SSL_set_fd(client.get(), pair.theirs());
  for (bool done = false; !done;) {
    done = SSL_connect(client.get()) == 1;
    done &= stream.handshake() == TlsStream::Handshake::done;
  }
  for (int i = 0; i < renewals; ++i) {
    ASSERT_EQ(SSL_key_update(client.get(), SSL_KEY_UPDATE_NOT_REQUESTED), 1);
    ASSERT_EQ(SSL_do_handshake(client.get()), 1);
  }
  ASSERT_EQ(SSL_write(client.get(), "hello", 5), 5);
  char room[16];
  for (int i = 0; i < renewals; ++i) {
    ASSERT_EQ(stream.receive(room, sizeof room), -1) << i;
    ASSERT_EQ(errno, EAGAIN);
    ASSERT_GT(pair.unread(), 0) << "the poller calls again";
  }
  EXPECT_EQ(stream.receive(room, sizeof room), 5);
}

}  // namespace
}  // namespace waymark::redirect

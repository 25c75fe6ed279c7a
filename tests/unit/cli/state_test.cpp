#include "common/error.hpp"
#include "tracker/cli/private_file.hpp"
#include "tracker/cli/state_folder.hpp"
#include "tracker/cli/up/local_system.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

namespace waymark::cli {
namespace {

namespace fs = std::filesystem;

class State : public testing::Test {
 protected:
  State() {
    std::string pattern = (fs::temp_directory_path() / "waymark-state-XXXXXX").string();
    folder_.root = ::mkdtemp(pattern.data());
  }
  ~State() override { fs::remove_all(folder_.root); }

  StateFolder folder_;
};

TEST_F(State, IsReadBackWhileUpRuns) {
  const RunningSystem system{7, "http://e", "http://ea", "http://a", "http://ta", "unix:///r"};
  std::optional<UpLock> lock{folder_};
  write_running(folder_, system);
  EXPECT_EQ(read_running(folder_), system);
  lock.reset();
  EXPECT_FALSE(read_running(folder_)) << "the file of an up that was killed does not count";
}

TEST_F(State, OneUpAtATime) {
  const UpLock lock{folder_};
  try {
    const UpLock second{folder_};
    FAIL() << "two locks";
  } catch (const StartupError& error) {
    EXPECT_EQ(error.exit_code(), exit_code::conflict);
  }
}

TEST_F(State, SecretsAreForTheOwnerAndNeverOverwritten) {
  const auto file = folder_.root / "keys";
  write_private_file(file, "k1 secret\n");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THROW(write_private_file(file, "k2"), StartupError);
  std::string text;
  std::ifstream stream{file};
  std::getline(stream, text);
  EXPECT_EQ(text, "k1 secret");
}

TEST(FreePort, PassesOverPortsThatAreTaken) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  ::sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<::sockaddr*>(&address);
  ::socklen_t size = sizeof address;
  ASSERT_EQ(::bind(descriptor, generic, size), 0);
  ASSERT_EQ(::listen(descriptor, 1), 0);
  ASSERT_EQ(::getsockname(descriptor, generic, &size), 0);
  const auto port = ntohs(address.sin_port);

  std::set<std::uint16_t> taken;
  const auto first = free_port(port, taken);
  EXPECT_GT(first, port);
  EXPECT_GT(free_port(port, taken), first) << "one port is not given twice";
  ::close(descriptor);
}

}  // namespace
}  // namespace waymark::cli

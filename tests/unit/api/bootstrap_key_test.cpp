#include "tests/support/temporary_folder.hpp"
#include "tracker/api/auth.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace waymark::tracker {
namespace {

class BootstrapKeyTest : public ::testing::Test {
 protected:
  waymark::test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "api-key";
};

TEST_F(BootstrapKeyTest, AMissingFileIsMadeForItsOwnerAlone) {
  const auto key = read_bootstrap_key(file);
  EXPECT_TRUE(key.starts_with("sk_"));
  EXPECT_GE(key.size(), 40U);
  EXPECT_EQ(read_bootstrap_key(file), key) << "and stays";
  struct stat info {};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(BootstrapKeyTest, WhatHoldsNoKeyIsRefusedByName) {
  const auto refusal = [&](const std::filesystem::path& path) -> std::string {
    try {
      read_bootstrap_key(path);
    } catch (const StartupError& error) {
      EXPECT_EQ(error.exit_code(), exit_code::config);
      return error.what();
    }
    return "(accepted)";
  };
  std::ofstream{file} << "pk_not_a_secret_key_at_all\n";
  EXPECT_NE(refusal(file).find("api-key"), std::string::npos);
  std::ofstream{file} << "";
  EXPECT_NE(refusal(file).find("empty"), std::string::npos);
  EXPECT_NE(refusal(folder.path() / "none" / "key").find("folder"), std::string::npos);
  EXPECT_NE(refusal(folder.path()).find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace waymark::tracker

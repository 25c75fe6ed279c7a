#include "redirect/pages/well_known.hpp"

#include "common/limits.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace waymark::redirect::test {
namespace {

class WellKnownFilesTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& content) {
    const std::filesystem::path path = folder.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path} << content;
  }
  std::string refusal() {
    try {
      WellKnownFiles::load(folder.path().string());
      return {};
    } catch (const StartupError& error) {
      EXPECT_EQ(error.exit_code(), exit_code::config);
      return error.what();
    }
  }
  waymark::test::TemporaryFolder folder;
};

TEST_F(WellKnownFilesTest, FilesAreFoundWithTheirType) {
  write("security.txt", "Contact: x");
  write("assetlinks.json", "[]");
  write("apple-app-site-association", " {\"applinks\":{}}");
  write("pki-validation/proof.html", "<p>");
  write("blob", "\x01");
  write(".hidden", "x");
  write(".git/config", "x");
  const auto files = WellKnownFiles::load(folder.path().string());
  EXPECT_EQ(files->size(), 5U);
  const auto type = [&](const char* name) {
    const auto* file = files->find(name);
    return file == nullptr ? std::string{"none"}
                           : file->fields.substr(14, file->fields.find("\r\n") - 14);
  };
  EXPECT_EQ(type("security.txt"), "text/plain; charset=utf-8");
  EXPECT_EQ(type("assetlinks.json"), "application/json");
  EXPECT_EQ(type("apple-app-site-association"), "application/json");
  EXPECT_EQ(type("pki-validation/proof.html"), "text/html; charset=utf-8");
  EXPECT_EQ(type("blob"), "application/octet-stream");
  for (const char* name : {"", ".hidden", ".git/config", "../keys", "pki-validation", "Blob"}) {
    EXPECT_EQ(type(name), "none") << name;
  }
  EXPECT_EQ(*files->find("security.txt")->content, "Contact: x");
}

TEST_F(WellKnownFilesTest, NumberAndSizeAreLimited) {
  write("a", std::string(limits::well_known_bytes_max, 'a'));
  EXPECT_EQ(refusal(), "");
  write("a", std::string(limits::well_known_bytes_max + 1, 'a'));
  EXPECT_NE(refusal().find("larger than 64 KiB"), std::string::npos);
  write("a", "");
  for (std::size_t i = 0; i < limits::well_known_files_max; ++i) write(std::to_string(i), "x");
  EXPECT_NE(refusal().find("more than 64 files"), std::string::npos);
}

TEST_F(WellKnownFilesTest, WithoutAFolderThereAreNone) {
  EXPECT_EQ(WellKnownFiles::load("")->size(), 0U);
  EXPECT_THROW(WellKnownFiles::load((folder.path() / "missing").string()), StartupError);
}

}  // namespace
}  // namespace waymark::redirect::test

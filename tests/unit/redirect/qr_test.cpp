// Sizes, memory and limits of QR codes. That they say the right thing is for an independent reader:
// tests/integration/test_pages.py.
#include "common/limits.hpp"
#include "redirect/pages/qr_code.hpp"
#include "redirect/pages/qr_desk.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark::redirect::test {
namespace {

constexpr std::string_view link = "https://go.example/anna7?c=qr";
constexpr std::size_t modules = 29 + 8;  // version 3 and its quiet zone

std::size_t width_of(const std::string& png) {
  std::size_t width = 0;
  for (std::size_t i = 16; i < 20; ++i) width = width << 8U | static_cast<std::uint8_t>(png[i]);
  return width;
}

TEST(QrCode, ThePngIsAsWideAsWholeModulesAllow) {
  struct Row {
    std::size_t asked, width;
  };
  for (const auto& [asked, width] : std::initializer_list<Row>{
           {64, modules}, {300, 8 * modules}, {512, 13 * modules}, {2'048, 55 * modules}}) {
    const auto png = draw_qr(link, QrFormat::png, asked);
    ASSERT_TRUE(png);
    EXPECT_TRUE(png->bytes.starts_with("\x89PNG\r\n"));
    EXPECT_EQ(width_of(png->bytes), width) << asked;
  }
}

TEST(QrCode, TheSvgScales) {
  const auto svg = draw_qr(link, QrFormat::svg, 300);
  ASSERT_TRUE(svg);
  EXPECT_NE(svg->bytes.find(" viewBox=\"0 0 37 37\""), std::string::npos);
  EXPECT_NE(svg->bytes.find("M4 4h7v1h-7z"), std::string::npos) << "a finder behind the quiet zone";
  EXPECT_TRUE(sized_svg(svg->bytes, 300).starts_with("<svg width=\"300\" height=\"300\" xmlns="));
}

TEST(QrCode, TheSvgNamesTheLink) {
  const auto svg = draw_qr("https://go.example/a?b&c=qr", QrFormat::svg, 300);
  ASSERT_TRUE(svg);
  EXPECT_NE(svg->bytes.find(
                "stroke=\"none\" role=\"img\"><title>https://go.example/a?b&amp;c=qr</title>"),
            std::string::npos);
}

TEST(QrCode, WhatIsTooLongIsNoPicture) {
  EXPECT_FALSE(draw_qr(std::string(3'000, 'a'), QrFormat::png, 512));
  EXPECT_TRUE(
      draw_qr("https://" + std::string(limits::base_url_bytes_max + 64, 'a'), QrFormat::png, 512));
}

TEST(QrCode, SizeIsBroughtIntoBounds) {
  struct Row {
    const char* query;
    std::size_t side;
  };
  for (const auto& [query, side] : std::initializer_list<Row>{{"", 512},
                                                              {"size=300", 300},
                                                              {"a=1&size=300&b=2", 300},
                                                              {"size=1", 64},
                                                              {"size=64", 64},
                                                              {"size=2048", 2'048},
                                                              {"size=999999", 2'048},
                                                              {"size=99999999999999999999", 512},
                                                              {"size=", 512},
                                                              {"size=-3", 512},
                                                              {"size=30x", 512},
                                                              {"size", 512}}) {
    EXPECT_EQ(qr_side_of(query), side) << query;
  }
}

constexpr auto svg = QrFormat::svg;
constexpr auto png = QrFormat::png;

TEST(QrDesk, DrawsOnceAndKeeps) {
  const std::string text{link};
  QrDesk desk{100};
  EXPECT_EQ(desk.kept(text, png, 300), nullptr);
  const auto drawn = desk.draw(text, png, 300, 1);
  EXPECT_EQ(drawn.status, QrDesk::Status::drawn);
  EXPECT_EQ(desk.kept(text, png, 300), drawn.picture);
  EXPECT_EQ(desk.kept(text, png, 400), nullptr);
  EXPECT_EQ(desk.kept(text, svg, 300), nullptr);
}

// 1,985 sizes may be asked for.
TEST(QrDesk, ACodeHasFewPicturesWhateverSizesAreAskedFor) {
  const std::string text{link};
  const std::string unsized = draw_qr(text, svg, 0)->bytes;
  QrDesk desk{1e6};
  std::size_t drawings = 0;
  for (const QrFormat format : {svg, png}) {
    for (std::size_t side = qr_side_min; side <= qr_side_max; ++side) {
      const auto kept = desk.kept(text, format, side);
      if (!kept) ++drawings;
      const auto picture = kept ? kept : desk.draw(text, format, side, 1).picture;
      if (format == svg) {
        ASSERT_EQ(*picture, sized_svg(unsized, side));
      } else {
        ASSERT_EQ(width_of(*picture), side / modules * modules);
      }
    }
  }
  EXPECT_EQ(drawings, 1 + qr_side_max / modules);
  EXPECT_LT(desk.bytes(), limits::qr_bytes_max / 10);
}

TEST(QrDesk, DrawingIsLimited) {
  QrDesk desk{2};
  EXPECT_EQ(desk.draw("a", png, 64, 1'000).status, QrDesk::Status::drawn);
  EXPECT_EQ(desk.draw("b", png, 64, 1'000).status, QrDesk::Status::drawn);
  EXPECT_EQ(desk.draw("c", png, 64, 1'000).status, QrDesk::Status::too_fast);
  EXPECT_NE(desk.kept("a", png, 64), nullptr);
  EXPECT_EQ(desk.draw("c", png, 64, 1'500).status, QrDesk::Status::drawn);
}

TEST(QrDesk, MemoryIsBounded) {
  QrDesk desk{1e6};
  for (std::size_t i = 0; desk.evictions() < 10; ++i) {
    ASSERT_LT(i, 10'000U);
    const std::string text = "https://go.example/" + std::to_string(i) + std::string(500, 'a');
    desk.draw(text, svg, 512, 1);
    EXPECT_LE(desk.bytes(), limits::qr_bytes_max);
  }
  EXPECT_GT(desk.bytes(), limits::qr_bytes_max / 2);
}

}  // namespace
}  // namespace waymark::redirect::test

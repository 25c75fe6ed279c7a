// The icon of our own pages: a small PNG, which every browser takes under /favicon.ico.
#pragma once

#include <string>

namespace waymark::redirect {

std::string draw_favicon();

}  // namespace waymark::redirect

// The files under `/.well-known/`: a few small ones that an operator keeps in a folder, such as
// security.txt, apple-app-site-association and assetlinks.json. Read as a whole, served from
// memory; WellKnownWatch reads them again.
#pragma once

#include "common/error.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace waymark::redirect {

class WellKnownFiles {
 public:
  struct File {
    std::string fields;  // header lines
    std::shared_ptr<const std::string> content;
  };

  // An empty `folder` is no files. Throws StartupError (exit 78) when it cannot be read, holds more
  // than limits::well_known_files_max files, or one larger than limits::well_known_bytes_max.
  // Hidden files are left out.
  static std::shared_ptr<const WellKnownFiles> load(const std::string& folder);

  // Null when there is none. `name` may hold slashes, as in `pki-validation/a.txt`.
  const File* find(std::string_view name) const;
  std::size_t size() const noexcept { return files_.size(); }

 private:
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace waymark::redirect

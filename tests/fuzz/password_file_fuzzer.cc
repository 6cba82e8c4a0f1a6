// Reads a password file line by line: the lines are all of it, and no credential comes of
// one without a scheme. Then imports its users.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/credentials/password_line.h"
#include "ctl/import/password_file.h"
#include "tests/fuzz/checked_import.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sallyport::ctl::Require;
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  size_t read = 0;
  sallyport::ForEachLine(content, [&](const sallyport::FileLine& line) {
    // With "\n" or "\r\n" behind it, but for the last.
    read += line.text.size() + (line.ended ? 1 : 0);
    if (content.substr(read - (line.ended ? 1 : 0)).starts_with('\r')) ++read;
    const auto parsed = sallyport::ParsePasswordLine(line.text);
    Require(!parsed.ok() || !sallyport::SaysNothing(line.text));
    if (!parsed.ok()) return;
    Require(line.text.starts_with(parsed->name + ":"));
    Require(parsed->locked != parsed->credential.has_value());
    if (parsed->locked || !parsed->credential->ok()) return;
    Require(line.text.find_first_of("{$", parsed->name.size() + 1) != std::string_view::npos);
  });
  Require(read == size);
  sallyport::ctl::CheckImport(sallyport::ctl::ImportPasswordFile(content, "file"));
  return 0;
}

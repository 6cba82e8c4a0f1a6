#include "tests/vectors/vector_file.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

bool IsQuoted(const std::string& value) {
  return value.size() >= 2 && value.front() == '"' && value.back() == '"';
}

bool IsHexadecimal(const std::string& value) {
  if (value.empty() || value.size() % 2 != 0) return false;
  for (const char c : value) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

}  // namespace

bool VectorRecord::Has(std::string_view name) const {
  return attributes_.find(name) != attributes_.end();
}

const std::string* VectorRecord::Read(std::string_view name) {
  const auto it = attributes_.find(name);
  if (it == attributes_.end()) {
    ADD_FAILURE() << "the vector at line " << line_ << " has no " << name;
    return nullptr;
  }
  it->second.read = true;
  return &it->second.value;
}

std::string VectorRecord::Bytes(std::string_view name) {
  const std::string* value = Read(name);
  if (value == nullptr) return "";
  if (IsQuoted(*value)) return value->substr(1, value->size() - 2);
  if (IsHexadecimal(*value)) return absl::HexStringToBytes(*value);
  ADD_FAILURE() << name << " of the vector at line " << line_
                << " is neither in quotes nor hexadecimal";
  return "";
}

uint32_t VectorRecord::Number(std::string_view name) {
  const std::string* value = Read(name);
  if (value == nullptr) return 0;
  uint32_t number = 0;
  if (!absl::SimpleAtoi(*value, &number)) {
    ADD_FAILURE() << name << " of the vector at line " << line_ << " is not a number";
    return 0;
  }
  return number;
}

std::vector<std::string> VectorRecord::Unread() const {
  std::vector<std::string> names;
  for (const auto& [name, attribute] : attributes_) {
    if (!attribute.read) names.push_back(name);
  }
  return names;
}

absl::StatusOr<std::vector<VectorRecord>> ParseVectors(std::string_view text) {
  std::vector<VectorRecord> records;
  bool open = false;
  int line_number = 0;
  for (absl::string_view line : absl::StrSplit(absl::string_view(text.data(), text.size()), '\n')) {
    ++line_number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) {
      open = false;
      continue;
    }
    if (line.front() == '#') continue;
    const size_t equals = line.find('=');
    const absl::string_view name = absl::StripAsciiWhitespace(line.substr(0, equals));
    if (equals == absl::string_view::npos || name.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", line_number, ": not `Name = value`"));
    }
    if (!open) {
      records.emplace_back();
      records.back().line_ = line_number;
      open = true;
    }
    const absl::string_view value = absl::StripAsciiWhitespace(line.substr(equals + 1));
    const bool added =
        records.back()
            .attributes_.try_emplace(std::string(name), VectorRecord::Attribute{std::string(value)})
            .second;
    if (!added) {
      return absl::InvalidArgumentError(absl::StrCat("line ", line_number, ": given twice"));
    }
  }
  return records;
}

void ForEachVector(const std::string& path, absl::FunctionRef<void(VectorRecord&)> check) {
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file.is_open()) << path << " cannot be read; is it among the test's data?";
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  absl::StatusOr<std::vector<VectorRecord>> records = ParseVectors(text);
  ASSERT_TRUE(records.ok()) << path << ": " << records.status();
  ASSERT_FALSE(records->empty()) << path << " has no vector";
  for (VectorRecord& record : *records) {
    const testing::ScopedTrace trace(path.c_str(), record.line(), "vector");
    check(record);
    for (const std::string& name : record.Unread()) {
      ADD_FAILURE() << "the test did not read " << name;
    }
  }
}

}  // namespace sallyport

#ifndef SALLYPORT_POLICY_NAME_INDEX_H_
#define SALLYPORT_POLICY_NAME_INDEX_H_

// Finds what a name is assigned to, among names and patterns: the name itself goes
// first, then the longest pattern. However many there are, it is found by a few hash
// lookups. Immutable once filled; then thread-safe.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace sallyport::policy {

class NameIndex {
 public:
  // Kind is what an asterisk stands for.
  enum class Kind {
    // "*.example.com" is every name below, however deep; "*" every name. ASCII letters
    // match without case (RFC 4343), and a dot at the end makes no difference. What can
    // be no host's name (blanks, NUL, an empty label) matches nothing.
    kHost,
    // "acme-*" is every name that begins so.
    kPrefix,
  };

  explicit NameIndex(Kind kind) : kind_(kind) {}

  // Problem says why `pattern` is none: null where it is one.
  const char* Problem(std::string_view pattern) const;

  // Add assigns a valid pattern. Where it was assigned before, it stays so, and that
  // is returned.
  std::optional<uint32_t> Add(std::string_view pattern, uint32_t value);

  std::optional<uint32_t> Find(std::string_view name) const;

  bool empty() const { return exact_.empty() && patterns_.empty(); }

 private:
  using Map = absl::flat_hash_map<std::string, uint32_t>;

  std::optional<uint32_t> FindAsItIs(std::string_view name) const;
  std::optional<uint32_t> FindPattern(std::string_view name) const;

  const Kind kind_;
  Map exact_;
  // Without the asterisk.
  Map patterns_;
  // The lengths of those, the longest first.
  std::set<size_t, std::greater<>> lengths_;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_NAME_INDEX_H_

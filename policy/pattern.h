#ifndef SALLYPORT_POLICY_PATTERN_H_
#define SALLYPORT_POLICY_PATTERN_H_

// RE2 expressions as the policy uses them: they match as a whole, in time linear in
// what they are matched against. A dot is any character, also a line's end; what is not
// UTF-8 matches nothing. Immutable; thread-safe.

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace sallyport::policy {

class Pattern {
 public:
  // Create fails with InvalidArgument where `expression` is none.
  static absl::StatusOr<Pattern> Create(std::string_view expression);

  bool Matches(std::string_view text) const;

  // Rewrite is `replacement` with \0 to \9 replaced by what the groups matched;
  // nullopt where `text` does not match.
  std::optional<std::string> Rewrite(std::string_view text, std::string_view replacement) const;

  // CheckReplacement fails where `replacement` names a group that there is not.
  absl::Status CheckReplacement(std::string_view replacement) const;

 private:
  explicit Pattern(std::shared_ptr<const RE2> expression) : expression_(std::move(expression)) {}

  std::shared_ptr<const RE2> expression_;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_PATTERN_H_

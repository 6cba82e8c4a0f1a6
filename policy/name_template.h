#ifndef SALLYPORT_POLICY_NAME_TEMPLATE_H_
#define SALLYPORT_POLICY_NAME_TEMPLATE_H_

// A pattern with places, written \1, for a part of somebody's name: "svc-\1" is a pattern
// of its own for each. The part is taken literally, whatever it holds. Immutable;
// thread-safe.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/pattern.h"

namespace sallyport::policy {

class NameTemplate {
 public:
  // Create fails with InvalidArgument where `expression` would be no RE2 expression, or has a
  // place where the part could not be taken literally: in brackets, or beside \Q.
  static absl::StatusOr<NameTemplate> Create(std::string_view expression);

  // has_place is false for an ordinary pattern.
  bool has_place() const { return pieces_.size() > 1; }

  // Fill has `part` in each place. It fails where that is not UTF-8.
  absl::StatusOr<Pattern> Fill(std::string_view part) const;

 private:
  explicit NameTemplate(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}

  // What stands between the places.
  std::vector<std::string> pieces_;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_NAME_TEMPLATE_H_

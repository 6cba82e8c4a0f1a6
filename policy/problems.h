#ifndef SALLYPORT_POLICY_PROBLEMS_H_
#define SALLYPORT_POLICY_PROBLEMS_H_

// Collects what is wrong with a policy, at its place in the text. Not thread-safe.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "policy/policy_document.h"
#include "policy/policy_path.h"

namespace sallyport::policy {

class Problems {
 public:
  // `document` must outlive the problems.
  explicit Problems(const PolicyDocument& document) : document_(document) {}

  // Refuse reports what stands at `path`: what was found there and what was expected.
  void Refuse(const PolicyPath& path, std::string message) {
    problems_.push_back({document_.PlaceOf(path), path.ToString() + ": " + std::move(message)});
  }

  bool none() const { return problems_.empty(); }

  // ToStatus is OK where there are none.
  absl::Status ToStatus() {
    return none() ? absl::OkStatus() : document_.Refusal(std::move(problems_));
  }

 private:
  const PolicyDocument& document_;
  std::vector<Problem> problems_;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_PROBLEMS_H_

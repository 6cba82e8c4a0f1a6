#ifndef SALLYPORT_POLICY_TRACE_H_
#define SALLYPORT_POLICY_TRACE_H_

// What an evaluation considered, for an operator who asks why. A login passes no trace
// (null), and pays nothing for it. Not thread-safe.

#include <string>
#include <utility>
#include <vector>

namespace sallyport::policy {

// Consideration is one rule that was looked at.
struct Consideration {
  // What was looked at, as the policy spells it: "tenants: hostname 'a.example'".
  std::string rule;
  // Whether it decided; else evaluation went on.
  bool decided = false;
  // What came of it.
  std::string result;
};

class Trace {
 public:
  void Passed(std::string rule, std::string result) {
    considered_.push_back({std::move(rule), false, std::move(result)});
  }
  void Decided(std::string rule, std::string result) {
    considered_.push_back({std::move(rule), true, std::move(result)});
  }

  const std::vector<Consideration>& considered() const { return considered_; }

 private:
  std::vector<Consideration> considered_;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_TRACE_H_

#ifndef SALLYPORT_POLICY_POLICY_PATH_H_
#define SALLYPORT_POLICY_POLICY_PATH_H_

// Where in a policy something stands, such as "tenants[3].rules.stores[0].store".
// Spelled out only where it is needed: a check passes it down for free.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace sallyport::policy {

class PolicyPath {
 public:
  // PolicyPath is the whole policy.
  PolicyPath() = default;

  // Key is below a mapping, Item below a list there. Both view `key` and this path.
  PolicyPath Key(std::string_view key) const { return PolicyPath(this, key, std::nullopt); }
  PolicyPath Item(std::string_view key, size_t index) const { return PolicyPath(this, key, index); }

  const PolicyPath* parent() const { return parent_; }
  std::string_view key() const { return key_; }
  std::optional<size_t> index() const { return index_; }

  std::string ToString() const {
    if (parent_ == nullptr) return "";
    std::string path = parent_->ToString();
    if (!path.empty()) path += '.';
    path += key_;
    if (index_) absl::StrAppend(&path, "[", *index_, "]");
    return path;
  }

 private:
  PolicyPath(const PolicyPath* parent, std::string_view key, std::optional<size_t> index)
      : parent_(parent), key_(key), index_(index) {}

  const PolicyPath* parent_ = nullptr;
  std::string_view key_;
  std::optional<size_t> index_;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_POLICY_PATH_H_

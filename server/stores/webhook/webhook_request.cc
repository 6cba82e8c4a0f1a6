#include "server/stores/webhook/webhook_request.h"

#include <string_view>

#include "core/tokens/json_object.h"
#include "core/tokens/wiping_memory.h"

namespace sallyport::server {
namespace {

// Request is an object that is being filled, or has failed to be.
class Request {
 public:
  Request(const char* operation, const std::string& store) {
    UseWipingMemory();
    object_.reset(json_object());
    Set("version", json_integer(1));
    SetText("operation", operation);
    SetText("store", store);
  }

  void SetUser(const UserKey& user) {
    if (!user.tenant.empty()) SetText("tenant", user.tenant);
    SetText("user", user.name);
  }

  // The library takes nothing but UTF-8.
  void SetText(const char* name, std::string_view text) {
    Set(name, json_stringn(text.data(), text.size()));
  }

  std::optional<Secret> Format() const {
    constexpr size_t kFlags = JSON_COMPACT;
    const size_t size = failed_ ? 0 : json_dumpb(object_.get(), nullptr, 0, kFlags);
    if (size == 0) return std::nullopt;
    Secret text = Secret::Zeroed(size);
    if (json_dumpb(object_.get(), text.data(), size, kFlags) != size) return std::nullopt;
    return text;
  }

 private:
  void Set(const char* name, json_t* value) {
    if (json_object_set_new(object_.get(), name, value) != 0) failed_ = true;
  }

  JsonPtr object_;
  bool failed_ = false;
};

}  // namespace

std::optional<Secret> FormatLookup(const std::string& store, const UserKey& user) {
  Request request("lookup", store);
  request.SetUser(user);
  return request.Format();
}

std::optional<Secret> FormatVerify(const std::string& store, const UserKey& user,
                                   const Secret& password) {
  Request request("verify", store);
  request.SetUser(user);
  request.SetText("password", password.view());
  return request.Format();
}

std::optional<Secret> FormatPing(const std::string& store) {
  return Request("ping", store).Format();
}

}  // namespace sallyport::server

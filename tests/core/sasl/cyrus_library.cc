#include "tests/core/sasl/cyrus_library.h"

#include <sasl/prop.h>
#include <sasl/saslplug.h>

#include <map>
#include <string_view>

#include "gtest/gtest.h"

namespace sallyport {
namespace {

constexpr char kStore[] = "memory";

int AnswerOption(void*, const char*, const char* option, const char** result, unsigned* length) {
  static const auto* const kOptions = new std::map<std::string, std::string, std::less<>>{
      {"auxprop_plugin", kStore}, {"pwcheck_method", "auxprop"}, {"reauth_timeout", "1440"}};
  const auto entry = kOptions->find(std::string_view(option));
  if (entry == kOptions->end()) return SASL_FAIL;
  *result = entry->second.c_str();
  if (length != nullptr) *length = static_cast<unsigned>(entry->second.size());
  return SASL_OK;
}

// Without one, Cyrus writes to the system's log.
int DropLogLine(void*, int, const char*) { return SASL_OK; }

int TakeNothingButPlugins(void*, const char*, sasl_verify_type_t type) {
  return type == SASL_VRFY_PLUGIN ? SASL_OK : SASL_CONTINUE;
}

// AccountOf is what the server's callbacks carry; null where they carry none.
const CyrusAccount* AccountOf(sasl_conn_t* server) {
  const void* list = nullptr;
  if (sasl_getprop(server, SASL_CALLBACK, &list) != SASL_OK || list == nullptr) return nullptr;
  const auto* callback = static_cast<const sasl_callback_t*>(list);
  while (callback->id != SASL_CB_LIST_END && callback->id != SASL_CB_GETOPT) ++callback;
  return static_cast<const CyrusAccount*>(callback->context);
}

int LookUp(void*, sasl_server_params_t* server, unsigned flags, const char* user, unsigned length) {
  // What is asked of an authorization id is never its password.
  if ((flags & SASL_AUXPROP_AUTHZID) != 0) return SASL_OK;
  const CyrusAccount* account = AccountOf(server->utils->conn);
  const propval* asked = server->utils->prop_get(server->propctx);
  for (; asked != nullptr && asked->name != nullptr; ++asked) {
    if (asked->name != std::string_view(SASL_AUX_PASSWORD)) continue;
    if (account == nullptr || account->name != std::string_view(user, length)) return SASL_NOUSER;
    server->utils->prop_set(server->propctx, asked->name, account->password.data(),
                            static_cast<int>(account->password.size()));
  }
  return SASL_OK;
}

int DeclareStore(const sasl_utils_t*, int, int* version, sasl_auxprop_plug_t** plugin,
                 const char*) {
  static std::string name = kStore;
  static sasl_auxprop_plug_t store = {.auxprop_lookup = &LookUp, .name = name.data()};
  *version = SASL_AUXPROP_PLUG_VERSION;
  *plugin = &store;
  return SASL_OK;
}

bool Start() {
  static const sasl_callback_t kCallbacks[] = {
      CyrusOption(nullptr),
      CyrusCallback(SASL_CB_LOG, &DropLogLine, nullptr),
      CyrusCallback(SASL_CB_VERIFYFILE, &TakeNothingButPlugins, nullptr),
      {SASL_CB_LIST_END}};
  EXPECT_EQ(sasl_auxprop_add_plugin(kStore, &DeclareStore), SASL_OK);
  // A name here would be that of a configuration file.
  EXPECT_EQ(sasl_server_init(kCallbacks, nullptr), SASL_OK);
  EXPECT_EQ(sasl_client_init(kCallbacks), SASL_OK);
  return true;
}

}  // namespace

void StartCyrus() {
  static const bool started = Start();
  ASSERT_TRUE(started);
}

sasl_callback_t CyrusOption(const CyrusAccount* account) {
  return CyrusCallback(SASL_CB_GETOPT, &AnswerOption, account);
}

}  // namespace sallyport

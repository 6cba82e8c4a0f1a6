#include "tests/core/sasl/cyrus_session.h"

#include <cstddef>
#include <cstring>
#include <utility>

#include "gtest/gtest.h"
#include "tests/core/sasl/forgiven_leaks.h"

namespace sallyport {
namespace {

constexpr char kService[] = "amqp";
constexpr char kDigestMd5[] = "DIGEST-MD5";

CyrusAccount AccountOf(const CyrusProperties& properties) {
  std::string name = properties.authentication_id;
  const bool is_whole = properties.realm.empty() || properties.realm == properties.host ||
                        name.find('@') != std::string::npos;
  if (!is_whole) name.append("@").append(properties.realm);
  return {name, properties.password};
}

}  // namespace

CyrusSession::CyrusSession(CyrusRole role, std::string mechanisms, CyrusProperties properties)
    : role_(role),
      properties_(std::move(properties)),
      account_(AccountOf(properties_)),
      mechanism_(std::move(mechanisms)) {
  StartCyrus();
  Open();
  // All zero: no security layer, and no mechanism too weak.
  const sasl_security_properties_t anything = {};
  SetProperty(SASL_SEC_PROPS, &anything);
  if (!properties_.external_id.empty()) {
    SetProperty(SASL_AUTH_EXTERNAL, properties_.external_id.c_str());
  }
  if (properties_.channel_binding.has_value()) {
    const ChannelBinding& binding = *properties_.channel_binding;
    binding_.name = binding.type.c_str();
    binding_.critical = properties_.binding_is_critical ? 1 : 0;
    binding_.len = binding.data.size();
    binding_.data = reinterpret_cast<const unsigned char*>(binding.data.data());
    SetProperty(SASL_CHANNEL_BINDING, &binding_);
  }
}

CyrusSession::~CyrusSession() { sasl_dispose(&connection_); }

void CyrusSession::Open() {
  const unsigned flags = properties_.success_data ? SASL_SUCCESS_DATA : 0;
  const char* host = properties_.host.c_str();
  callbacks_.push_back(CyrusOption(&account_));
  if (role_ == CyrusRole::kClient) {
    callbacks_.push_back(CyrusCallback(SASL_CB_AUTHNAME, &CyrusSession::AnswerName, this));
    callbacks_.push_back(CyrusCallback(SASL_CB_USER, &CyrusSession::AnswerName, this));
    callbacks_.push_back(CyrusCallback(SASL_CB_PASS, &CyrusSession::AnswerPassword, this));
    callbacks_.push_back(CyrusCallback(SASL_CB_GETREALM, &CyrusSession::AnswerRealm, this));
    callbacks_.push_back({SASL_CB_LIST_END});
    ASSERT_EQ(
        sasl_client_new(kService, host, nullptr, nullptr, callbacks_.data(), flags, &connection_),
        SASL_OK);
  } else {
    callbacks_.push_back(
        CyrusCallback(SASL_CB_PROXY_POLICY, &CyrusSession::JudgeAuthorization, this));
    callbacks_.push_back({SASL_CB_LIST_END});
    const char* realm = properties_.realm.empty() ? nullptr : properties_.realm.c_str();
    ASSERT_EQ(sasl_server_new(kService, host, realm, nullptr, nullptr, callbacks_.data(), flags,
                              &connection_),
              SASL_OK);
  }
}

void CyrusSession::SetProperty(int property, const void* value) {
  EXPECT_EQ(sasl_setprop(connection_, property, value), SASL_OK) << error();
}

int CyrusSession::AnswerName(void* self, int id, const char** result, unsigned* length) {
  const CyrusProperties& properties = static_cast<const CyrusSession*>(self)->properties_;
  const std::string& name =
      id == SASL_CB_USER ? properties.authorization_id : properties.authentication_id;
  *result = name.c_str();
  if (length != nullptr) *length = static_cast<unsigned>(name.size());
  return SASL_OK;
}

int CyrusSession::AnswerPassword(sasl_conn_t*, void* self, int, sasl_secret_t** result) {
  auto* session = static_cast<CyrusSession*>(self);
  const std::string& password = session->properties_.password;
  session->secret_.assign(sizeof(sasl_secret_t) + password.size(), '\0');
  *result = reinterpret_cast<sasl_secret_t*>(session->secret_.data());
  (*result)->len = password.size();
  std::memcpy(session->secret_.data() + offsetof(sasl_secret_t, data), password.data(),
              password.size());
  return SASL_OK;
}

int CyrusSession::AnswerRealm(void* self, int, const char**, const char** result) {
  const CyrusProperties& properties = static_cast<const CyrusSession*>(self)->properties_;
  *result = properties.realm.empty() ? properties.host.c_str() : properties.realm.c_str();
  return SASL_OK;
}

int CyrusSession::JudgeAuthorization(sasl_conn_t*, void* self, const char* authorization_id,
                                     unsigned authorization_id_size, const char* authentication_id,
                                     unsigned authentication_id_size, const char*, unsigned,
                                     struct propctx*) {
  const std::string_view asked_for(authorization_id, authorization_id_size);
  const std::string_view proven(authentication_id, authentication_id_size);
  const CyrusProperties& properties = static_cast<const CyrusSession*>(self)->properties_;
  return asked_for == proven || asked_for == properties.authorization_id ? SASL_OK : SASL_NOAUTHZ;
}

std::optional<std::string> CyrusSession::Step(std::optional<std::string_view> input) {
  return role_ == CyrusRole::kClient ? StepClient(input) : StepServer(input);
}

std::optional<std::string> CyrusSession::StepClient(std::optional<std::string_view> input) {
  // Cyrus's GSSAPI client acquires its credentials twice, and releases them once.
  const ForgivenLeaks of_cyrus;
  const char* output = nullptr;
  unsigned length = 0;
  const bool first = !std::exchange(started_, true);
  if (first) {
    const char* chosen = nullptr;
    status_ =
        sasl_client_start(connection_, mechanism_.c_str(), nullptr, &output, &length, &chosen);
    mechanism_ = chosen == nullptr ? "" : chosen;
    // Its answer to the challenge forgets the attempt that is not sent here.
    if (mechanism_ == kDigestMd5 && !properties_.fast_reauthentication) output = nullptr;
  } else {
    const std::string challenge(input.value_or(""));
    status_ = sasl_client_step(connection_, challenge.c_str(),
                               static_cast<unsigned>(challenge.size()), nullptr, &output, &length);
  }
  if (status_ != SASL_OK && status_ != SASL_CONTINUE) return std::nullopt;
  if (output != nullptr) return std::string(output, length);
  return first || status_ == SASL_OK ? std::nullopt : std::optional<std::string>("");
}

std::optional<std::string> CyrusSession::StepServer(std::optional<std::string_view> input) {
  const char* output = nullptr;
  unsigned length = 0;
  const std::string message(input.value_or(""));
  const auto size = static_cast<unsigned>(message.size());
  if (!std::exchange(started_, true)) {
    // What Cyrus does itself with an initial response where reauth_timeout is 0.
    const bool ignored = mechanism_ == kDigestMd5 && !properties_.fast_reauthentication;
    const char* initial = input.has_value() && !ignored ? message.c_str() : nullptr;
    status_ = sasl_server_start(connection_, mechanism_.c_str(), initial,
                                initial == nullptr ? 0 : size, &output, &length);
  } else {
    status_ = sasl_server_step(connection_, message.c_str(), size, &output, &length);
  }
  if (status_ == SASL_CONTINUE) return output == nullptr ? "" : std::string(output, length);
  // Without success data, Cyrus repeats the last challenge here.
  if (status_ != SASL_OK || output == nullptr || !properties_.success_data) return std::nullopt;
  return std::string(output, length);
}

std::string CyrusSession::Name(int property) const {
  const void* name = nullptr;
  if (sasl_getprop(connection_, property, &name) != SASL_OK || name == nullptr) return {};
  return static_cast<const char*>(name);
}

sasl_ssf_t CyrusSession::security_strength() const {
  const void* strength = nullptr;
  if (sasl_getprop(connection_, SASL_SSF, &strength) != SASL_OK || strength == nullptr) {
    ADD_FAILURE() << error();
    return 0;
  }
  return *static_cast<const sasl_ssf_t*>(strength);
}

}  // namespace sallyport

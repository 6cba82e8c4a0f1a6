#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/amqp/sasl_code.h"
#include "ctl/output.h"
#include "ctl/store_answers.h"

namespace sallyport::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string CodeOf(FailureReason reason) {
  return std::string(amqp::SaslCodeName(CodeFor(reason)));
}

std::string UserText(const v1::LookUpUserResponse& user) {
  std::string text = user.disabled() ? "found, disabled" : "found";
  if (user.has_expires_at()) absl::StrAppend(&text, ", expires ", FormatTime(user.expires_at()));
  if (user.groups_size() > 0) {
    absl::StrAppend(&text, "; groups: ", Printable(absl::StrJoin(user.groups(), ", ")));
  }
  return text;
}

void AppendAnswer(const StoreAnswer& answer, std::string* text) {
  absl::StrAppend(text, "  ", Printable(answer.store.name), " (", answer.store.kind, "): ");
  if (!answer.status.ok()) {
    absl::StrAppend(text, "cannot be asked: ", Printable(std::string(answer.status.message())),
                    "\n");
    return;
  }
  absl::StrAppend(text, answer.user.found() ? UserText(answer.user) : "not found", "\n");
  if (answer.user.checks_passwords()) {
    absl::StrAppend(text, "    checks passwords itself, for mechanisms that show them\n");
  }
  for (const CredentialUse& credential : answer.credentials) {
    absl::StrAppend(text, "    ", credential.scheme);
    if (credential.iterations > 0) {
      absl::StrAppend(text, ", ", credential.iterations, " iterations");
    }
    absl::StrAppend(
        text, ": ",
        credential.obstacle.empty() ? "can be used" : "cannot be used: " + credential.obstacle,
        "\n");
  }
}

Json CredentialJson(const CredentialUse& credential) {
  Json json = {{"scheme", credential.scheme}};
  if (credential.iterations > 0) json["iterations"] = credential.iterations;
  json["usable"] = credential.obstacle.empty();
  if (!credential.obstacle.empty()) json["obstacle"] = credential.obstacle;
  return json;
}

Json AnswerJson(const StoreAnswer& answer) {
  Json json = {{"name", answer.store.name}};
  if (!answer.status.ok()) {
    json["error"] = std::string(answer.status.message());
    return json;
  }
  const v1::LookUpUserResponse& user = answer.user;
  json["found"] = user.found();
  if (!user.found()) return json;
  json["disabled"] = user.disabled();
  if (user.has_expires_at()) json["expires_at"] = FormatTime(user.expires_at());
  json["groups"] = std::vector<std::string>(user.groups().begin(), user.groups().end());
  json["checks_passwords"] = user.checks_passwords();
  json["credentials"] = Json::array();
  for (const auto& credential : answer.credentials) {
    json["credentials"].push_back(CredentialJson(credential));
  }
  return json;
}

}  // namespace

std::string StoreAnswersText(const StoreAnswers& answers) {
  std::string text = absl::StrCat("the stores know of '", Printable(answers.user), "':\n");
  for (const StoreAnswer& answer : answers.stores) AppendAnswer(answer, &text);
  if (!answers.forecast) {
    absl::StrAppend(&text, "so what becomes of the login cannot be told\n");
    return text;
  }
  const Forecast& forecast = *answers.forecast;
  if (!forecast.reason) {
    absl::StrAppend(&text, "so the login depends on what the client proves; ",
                    Printable(forecast.store), " vouches\n");
  } else {
    absl::StrAppend(&text, "so the client would see ", CodeOf(*forecast.reason),
                    ", and the broker ", std::string(ReasonName(*forecast.reason)), ": ",
                    std::string(Describe(*forecast.reason)), "\n");
  }
  return text;
}

Json StoreAnswersJson(const StoreAnswers& answers) {
  Json json = {{"user", answers.user}, {"stores", Json::array()}};
  for (const StoreAnswer& answer : answers.stores) json["stores"].push_back(AnswerJson(answer));
  if (!answers.forecast) return json;
  const Forecast& forecast = *answers.forecast;
  json["refused"] = forecast.reason.has_value();
  if (forecast.reason) {
    json["code"] = CodeOf(*forecast.reason);
    json["reason"] = std::string(ReasonName(*forecast.reason));
    json["sentence"] = std::string(Describe(*forecast.reason));
  }
  if (!forecast.store.empty()) json["store"] = forecast.store;
  return json;
}

}  // namespace sallyport::ctl

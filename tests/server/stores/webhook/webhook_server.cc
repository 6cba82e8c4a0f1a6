#include "tests/server/stores/webhook/webhook_server.h"

#include <signal.h>

#include <utility>

namespace sallyport::server {
namespace {

std::vector<std::string> Command(const client::PemPair* certificate) {
  std::vector<std::string> command = {"/usr/bin/python3",
                                      "tests/server/stores/webhook/webhook_server.py"};
  if (certificate != nullptr) {
    command.push_back(client::WriteFile("server_cert.pem", certificate->certificate));
    command.push_back(client::WriteFile("server_key.pem", certificate->key));
  }
  return command;
}

}  // namespace

WebhookServer::WebhookServer(const client::PemPair* certificate)
    : scheme_(certificate == nullptr ? "http" : "https"),
      process_(Command(certificate)),
      port_(process_.ReadLine()) {}

WebhookServer::~WebhookServer() { Continue(); }

std::string WebhookServer::Url(const std::string& host) const {
  return scheme_ + "://" + host + ":" + port_ + "/users";
}

void WebhookServer::AddUser(const std::string& tenant, const std::string& name,
                            nlohmann::json answer, const std::string& password) {
  const nlohmann::json tenant_or_null = tenant.empty() ? nlohmann::json() : nlohmann::json(tenant);
  Tell(nlohmann::json::array({"user", tenant_or_null, name, std::move(answer), password}));
}

void WebhookServer::Behave(nlohmann::json behaviour) {
  behaviour.insert(behaviour.begin(), "behave");
  Tell(behaviour);
}

void WebhookServer::Suspend() { process_.Freeze(); }

void WebhookServer::Continue() { process_.Thaw(); }

nlohmann::json WebhookServer::Tell(const nlohmann::json& command) {
  return nlohmann::json::parse(process_.Ask(command.dump()));
}

}  // namespace sallyport::server

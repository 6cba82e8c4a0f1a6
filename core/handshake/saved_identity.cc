#include "core/handshake/saved_identity.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"

namespace sallyport {
namespace {

void SaveAccount(const Account& account, StateWriter& state) {
  state.Bytes(account.authentication_id);
  state.Bytes(account.store);
  state.Bytes(account.tenant);
  state.Number(account.groups.size());
  for (const std::string& group : account.groups) state.Bytes(group);
  state.Number(account.attributes.size());
  for (const auto& [name, value] : account.attributes) {
    state.Bytes(name);
    state.Bytes(value);
  }
  state.Number(account.expires_at.has_value() ? 1 : 0);
  if (account.expires_at)
    state.Number(static_cast<uint64_t>(absl::ToUnixNanos(*account.expires_at)));
}

std::shared_ptr<const Account> RestoreAccount(StateReader& state) {
  auto account = std::make_shared<Account>();
  account->authentication_id = state.Bytes();
  account->store = state.Bytes();
  account->tenant = state.Bytes();
  // A count that the bytes do not bear ends the reading, not the memory.
  for (uint64_t left = state.Number(); left > 0 && state.ok(); --left) {
    account->groups.emplace_back(state.Bytes());
  }
  for (uint64_t left = state.Number(); left > 0 && state.ok(); --left) {
    std::string name(state.Bytes());
    account->attributes[std::move(name)] = state.Bytes();
  }
  if (state.Number() == 1) {
    account->expires_at = absl::FromUnixNanos(static_cast<int64_t>(state.Number()));
  }
  return account;
}

}  // namespace

void SaveIdentity(const Identity& identity, StateWriter& state) {
  state.Bytes(identity.authentication_id);
  state.Bytes(identity.authorization_id);
  state.Number(identity.channel_bound ? 1 : 0);
  state.Number(identity.account != nullptr ? 1 : 0);
  if (identity.account != nullptr) SaveAccount(*identity.account, state);
}

Identity RestoreIdentity(std::string_view mechanism, StateReader& state) {
  Identity identity = {.authentication_id = std::string(state.Bytes()),
                       .authorization_id = std::string(state.Bytes()),
                       .mechanism = mechanism,
                       .channel_bound = state.Number() == 1,
                       .account = nullptr};
  if (state.Number() == 1) identity.account = RestoreAccount(state);
  return identity;
}

}  // namespace sallyport

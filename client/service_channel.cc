#include "client/service_channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>

#include "absl/time/time.h"

namespace sallyport::client {
namespace {

// The service's responses stay under 1 MB.
constexpr int kMaxResponseBytes = 4 << 20;

// The service permits a ping every five seconds. With keepalive on, gRPC also
// bounds by kKeepaliveTimeout how long written data may stay unacknowledged.
constexpr absl::Duration kKeepaliveTime = absl::Seconds(30);
constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(10);

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(std::max<int64_t>(1, absl::ToInt64Milliseconds(duration)));
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeServiceChannel(
    const AuthenticatorOptions& options, const std::string& address, const std::string& authority,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  // Else streams to one target would share a connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, Milliseconds(options.connect_timeout));
  // Retrying is the SDK's own, and gRPC's would copy each message.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(kKeepaliveTime));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(kKeepaliveTimeout));
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  if (!authority.empty()) {
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, authority);
    // What $no_proxy says of the name would be lost on its address.
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  }
  if (options.tls && !options.tls->expected_server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls->expected_server_name);
  }
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace sallyport::client

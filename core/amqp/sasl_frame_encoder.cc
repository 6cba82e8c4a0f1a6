#include "core/amqp/sasl_descriptor.h"
#include "core/amqp/sasl_frames.h"
#include "core/amqp/type_codes.h"
#include "core/amqp/value_writer.h"

namespace sallyport::amqp {
namespace {

constexpr uint8_t kDataOffset = 2;
constexpr size_t kDescriptorSize = 3;

// Appends all of a frame that precedes the fields, which take `content_size` bytes.
void BeginFrame(SaslDescriptor descriptor, uint8_t field_count, size_t content_size,
                std::string* out) {
  const size_t size =
      kFrameHeaderSize + kDescriptorSize + SizeOfListHeader(content_size) + content_size;
  out->reserve(out->size() + size);
  AppendUint32(static_cast<uint32_t>(size), out);
  AppendUint8(kDataOffset, out);
  AppendUint8(kSaslFrameType, out);
  out->append(2, '\0');
  AppendUint8(kDescribed, out);
  AppendUint8(kSmallUlong, out);
  AppendUint8(static_cast<uint8_t>(descriptor), out);
  AppendListHeader(field_count, content_size, out);
}

void AppendOneBinary(SaslDescriptor descriptor, std::string_view value, std::string* out) {
  BeginFrame(descriptor, 1, SizeOfVariable(value.size()), out);
  AppendBinary(value, out);
}

}  // namespace

void AppendSaslMechanisms(std::span<const std::string_view> mechanisms, std::string* out) {
  // SRS_SASL_SERVER_IO_01_023 SRS_SASL_SERVER_IO_01_091 SRS_SASL_SERVER_IO_01_092
  BeginFrame(SaslDescriptor::kMechanisms, 1, SizeOfSymbolArray(mechanisms), out);
  AppendSymbolArray(mechanisms, out);
}

void AppendSaslInit(const SaslInit& init, std::string* out) {
  uint8_t field_count = 1;
  size_t content_size = SizeOfVariable(init.mechanism.size());
  if (init.initial_response || init.hostname) {
    ++field_count;
    content_size += init.initial_response ? SizeOfVariable(init.initial_response->size()) : 1;
  }
  if (init.hostname) {
    ++field_count;
    content_size += SizeOfVariable(init.hostname->size());
  }
  BeginFrame(SaslDescriptor::kInit, field_count, content_size, out);
  AppendSymbol(init.mechanism, out);
  if (init.initial_response) {
    AppendBinary(*init.initial_response, out);
  } else if (init.hostname) {
    AppendNull(out);
  }
  if (init.hostname) AppendString(*init.hostname, out);
}

void AppendSaslChallenge(std::string_view challenge, std::string* out) {
  // SRS_SASL_SERVER_IO_01_103 SRS_SASL_SERVER_IO_01_104
  AppendOneBinary(SaslDescriptor::kChallenge, challenge, out);
}

void AppendSaslResponse(std::string_view response, std::string* out) {
  AppendOneBinary(SaslDescriptor::kResponse, response, out);
}

void AppendSaslOutcome(const SaslOutcome& outcome, std::string* out) {
  const auto& data = outcome.additional_data;
  BeginFrame(SaslDescriptor::kOutcome, data ? 2 : 1, 2 + (data ? SizeOfVariable(data->size()) : 0),
             out);
  // SRS_SASL_SERVER_IO_01_110
  AppendUbyte(static_cast<uint8_t>(outcome.code), out);
  // SRS_SASL_SERVER_IO_01_111 SRS_SASL_SERVER_IO_01_112
  if (data) AppendBinary(*data, out);
}

}  // namespace sallyport::amqp

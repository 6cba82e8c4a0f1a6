#include <array>

#include "core/amqp/sasl_descriptor.h"
#include "core/amqp/sasl_frames.h"
#include "core/amqp/type_codes.h"
#include "core/amqp/value_reader.h"

namespace sallyport::amqp {
namespace {

constexpr SymbolErrors kDescriptorErrors = {"the descriptor is neither a ulong nor a symbol",
                                            "the descriptor is neither a ulong nor a symbol",
                                            "the descriptor has a byte outside ASCII"};
constexpr SymbolErrors kMechanismErrors = {"the mechanism is a string where AMQP wants a symbol",
                                           "the mechanism is not a symbol",
                                           "the mechanism has a byte outside ASCII"};
constexpr SymbolErrors kMechanismsErrors = {
    "a mechanism of sasl-mechanisms is a string where AMQP wants a symbol",
    "the mechanisms are neither a symbol nor an array of symbols",
    "a mechanism of sasl-mechanisms has a byte outside ASCII"};
constexpr SymbolErrors kMechanismsElementErrors = {
    "the mechanisms are an array of strings where AMQP wants symbols",
    "the mechanisms are an array of something other than symbols",
    "a mechanism of sasl-mechanisms has a byte outside ASCII"};
constexpr CompoundErrors kMechanismsArrayErrors = {
    "the mechanisms are neither a symbol nor an array of symbols",
    "the mechanisms' array has no room for its count"};
constexpr StringErrors kHostnameErrors = {"the hostname is not a string",
                                          "the hostname is not UTF-8"};
constexpr CompoundErrors kListErrors = {"the performative is not a list",
                                        "the performative's list has no room for its count"};

struct Performative {
  SaslDescriptor descriptor;
  std::string_view symbol;
  uint32_t field_count;
};

constexpr std::array<Performative, 5> kPerformatives = {{
    {SaslDescriptor::kMechanisms, "amqp:sasl-mechanisms:list", 1},
    {SaslDescriptor::kInit, "amqp:sasl-init:list", 3},
    {SaslDescriptor::kChallenge, "amqp:sasl-challenge:list", 1},
    {SaslDescriptor::kResponse, "amqp:sasl-response:list", 1},
    {SaslDescriptor::kOutcome, "amqp:sasl-outcome:list", 2},
}};

// The fields of a performative's list, in order.
class Fields {
 public:
  explicit Fields(const Compound& list)
      : left_(list.count),
        values_(list.content, "the performative's list ends before its fields") {}

  // Moves on to the next field, and tells whether it is there and not null.
  bool Next() {
    if (left_ == 0) return false;
    --left_;
    return !values_.TakeNull();
  }

  ValueReader& values() { return values_; }

  // What is wrong with the fields, once all have been read; or null.
  const char* Finish() {
    if (!values_.AtEnd()) values_.Fail("the performative's list is longer than its fields");
    return values_.error();
  }

 private:
  uint32_t left_;
  ValueReader values_;
};

const Performative* ReadDescriptor(ValueReader& reader) {
  if (reader.ReadUint8() != kDescribed) reader.Fail("the frame's body is not a described type");
  uint64_t number = 0;
  std::string_view symbol;
  switch (const uint8_t code = reader.ReadUint8()) {
    case kUlong0:
      break;
    case kSmallUlong:
      number = reader.ReadUint8();
      break;
    case kUlong:
      number = reader.ReadUint64();
      break;
    default:
      symbol = reader.ReadSymbolOf(code, kDescriptorErrors);
  }
  for (const Performative& performative : kPerformatives) {
    if (number == static_cast<uint64_t>(performative.descriptor) || symbol == performative.symbol) {
      return &performative;
    }
  }
  reader.Fail("the descriptor is not that of a SASL performative");
  return nullptr;
}

std::vector<std::string_view> ReadMechanismsArray(ValueReader& values) {
  const Compound array = values.ReadArray(kMechanismsArrayErrors);
  if (array.count == 0) values.Fail("the mechanisms' array is empty");
  ValueReader elements(array.content, "the mechanisms' array ends before its elements");
  const uint8_t code = elements.ReadUint8();
  if (code == kDescribed) elements.Fail("the mechanisms' array has described elements");
  std::vector<std::string_view> mechanisms;
  for (uint32_t i = 0; i < array.count && elements.error() == nullptr; ++i) {
    mechanisms.push_back(elements.ReadSymbolOf(code, kMechanismsElementErrors));
  }
  if (!elements.AtEnd()) elements.Fail("the mechanisms' array is longer than its elements");
  if (elements.error() != nullptr) values.Fail(elements.error());
  return mechanisms;
}

SaslMechanisms ReadMechanisms(Fields& fields) {
  if (!fields.Next()) {
    fields.values().Fail("sasl-mechanisms has no mechanisms");
    return {};
  }
  const uint8_t code = fields.values().PeekCode();
  if (code == kArray8 || code == kArray32) return {ReadMechanismsArray(fields.values())};
  return {{fields.values().ReadSymbol(kMechanismsErrors)}};
}

SaslInit ReadInit(Fields& fields) {
  SaslInit init;
  if (fields.Next()) {
    // SRS_SASL_SERVER_IO_01_099
    init.mechanism = fields.values().ReadSymbol(kMechanismErrors);
  } else {
    fields.values().Fail("sasl-init has no mechanism");
  }
  if (fields.Next()) {
    // SRS_SASL_SERVER_IO_01_101
    init.initial_response = fields.values().ReadBinary("the initial response is not a binary");
  }
  // SRS_SASL_SERVER_IO_01_102
  if (fields.Next()) init.hostname = fields.values().ReadString(kHostnameErrors);
  return init;
}

SaslChallenge ReadChallenge(Fields& fields) {
  if (fields.Next()) return {fields.values().ReadBinary("the challenge is not a binary")};
  fields.values().Fail("sasl-challenge has no challenge");
  return {};
}

SaslResponse ReadResponse(Fields& fields) {
  // SRS_SASL_SERVER_IO_01_105 SRS_SASL_SERVER_IO_01_106
  if (fields.Next()) return {fields.values().ReadBinary("the response is not a binary")};
  fields.values().Fail("sasl-response has no response");
  return {};
}

SaslOutcome ReadOutcome(Fields& fields) {
  SaslOutcome outcome;
  if (fields.Next()) {
    const uint8_t code = fields.values().ReadUbyte("the outcome's code is not a ubyte");
    if (code > static_cast<uint8_t>(SaslCode::kSysTemp)) {
      fields.values().Fail("the outcome's code is over 4");
    }
    outcome.code = static_cast<SaslCode>(code);
  } else {
    fields.values().Fail("sasl-outcome has no code");
  }
  if (fields.Next()) {
    outcome.additional_data =
        fields.values().ReadBinary("the outcome's additional data are not a binary");
  }
  return outcome;
}

SaslFrame ReadFields(SaslDescriptor descriptor, Fields& fields) {
  switch (descriptor) {
    case SaslDescriptor::kMechanisms:
      return ReadMechanisms(fields);
    case SaslDescriptor::kInit:
      return ReadInit(fields);
    case SaslDescriptor::kChallenge:
      return ReadChallenge(fields);
    case SaslDescriptor::kResponse:
      return ReadResponse(fields);
    case SaslDescriptor::kOutcome:
      return ReadOutcome(fields);
  }
  return EmptyFrame{};
}

}  // namespace

std::variant<SaslFrame, DecodeError> DecodeSaslFrame(const Frame& frame) {
  const auto malformed = [&frame](const char* what) {
    return DecodeError{DecodeErrorKind::kMalformed, what, frame.size};
  };
  if (frame.type != kSaslFrameType) return malformed("the frame is not a SASL frame");
  std::variant<SaslFrame, DecodeError> decoded;  // an empty frame, so far
  if (frame.body.empty()) return decoded;

  ValueReader body(frame.body, "the frame ends inside its performative");
  const Performative* performative = ReadDescriptor(body);
  const Compound list = body.ReadList(kListErrors);
  if (!body.AtEnd()) body.Fail("there are bytes after the performative");
  if (performative != nullptr && list.count > performative->field_count) {
    body.Fail("the performative's list has more fields than its type");
  }
  if (body.error() != nullptr) return malformed(body.error());

  Fields fields(list);
  decoded = ReadFields(performative->descriptor, fields);
  if (const char* error = fields.Finish()) return malformed(error);
  return decoded;
}

}  // namespace sallyport::amqp

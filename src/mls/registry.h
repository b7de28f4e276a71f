/* registry.h - the code points of RFC 9420 section 17 and the fixed numbers of this profile.
 */
#ifndef DEMLS_MLS_REGISTRY_H
#define DEMLS_MLS_REGISTRY_H

#define MLS_VERSION_10 1

/* 17.2 Wire formats. */
typedef enum {
  MLS_WIRE_PUBLIC_MESSAGE = 1,
  MLS_WIRE_PRIVATE_MESSAGE = 2,
  MLS_WIRE_WELCOME = 3,
  MLS_WIRE_GROUP_INFO = 4,
  MLS_WIRE_KEY_PACKAGE = 5,
} MlsWireFormat;

/* 6: what a framed message carries. */
typedef enum {
  MLS_CONTENT_APPLICATION = 1,
  MLS_CONTENT_PROPOSAL = 2,
  MLS_CONTENT_COMMIT = 3,
} MlsContentType;

/* 6: who sent it. */
typedef enum {
  MLS_SENDER_MEMBER = 1,
  MLS_SENDER_EXTERNAL = 2,
  MLS_SENDER_NEW_MEMBER_PROPOSAL = 3,
  MLS_SENDER_NEW_MEMBER_COMMIT = 4,
} MlsSenderType;

/* 17.3 Extension types; the last two are this project's, of private use (mandates V1, V28). */
typedef enum {
  MLS_EXTENSION_APPLICATION_ID = 1,
  MLS_EXTENSION_RATCHET_TREE = 2,
  MLS_EXTENSION_REQUIRED_CAPABILITIES = 3,
  MLS_EXTENSION_EXTERNAL_PUB = 4,
  MLS_EXTENSION_EXTERNAL_SENDERS = 5,
  MLS_EXTENSION_DEMLS_GOVERNANCE = 0xF0DE,
  MLS_EXTENSION_DEMLS_NICK = 0xF0DF,
} MlsExtensionType;

/* 17.4 Proposal types. */
typedef enum {
  MLS_PROPOSAL_ADD = 1,
  MLS_PROPOSAL_UPDATE = 2,
  MLS_PROPOSAL_REMOVE = 3,
  MLS_PROPOSAL_PSK = 4,
  MLS_PROPOSAL_REINIT = 5,
  MLS_PROPOSAL_EXTERNAL_INIT = 6,
  MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS = 7,
} MlsProposalType;

/* 17.5 Credential types. */
typedef enum {
  MLS_CREDENTIAL_BASIC = 1,
  MLS_CREDENTIAL_X509 = 2,
} MlsCredentialType;

/* 7.2 Where a leaf node comes from. */
typedef enum {
  MLS_LEAF_KEY_PACKAGE = 1,
  MLS_LEAF_UPDATE = 2,
  MLS_LEAF_COMMIT = 3,
} MlsLeafSource;

/* 8.4 PSK types and the use of a resumption PSK. */
typedef enum {
  MLS_PSK_EXTERNAL = 1,
  MLS_PSK_RESUMPTION = 2,
} MlsPskType;
typedef enum {
  MLS_PSK_USAGE_APPLICATION = 1,
  MLS_PSK_USAGE_REINIT = 2,
  MLS_PSK_USAGE_BRANCH = 3,
} MlsPskUsage;

/* GREASE values (13.5) look like 0x0A0A, 0x1A1A, ... 0xEAEA. */
#define MLS_IS_GREASE(value) (((value) &0x0F0F) == 0x0A0A && ((value) >> 8) == ((value) &0xFF) && (value) < 0xFAFA)

#endif

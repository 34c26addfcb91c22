// SPDX-License-Identifier: Apache-2.0
import Testing

/// Hostile and unlucky peers, one daemon at a time; whatever they do, honest agents are served afterwards.
@Suite(.serialized, .timeLimit(.minutes(5))) enum Hostile {}

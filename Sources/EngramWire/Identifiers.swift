// SPDX-License-Identifier: Apache-2.0

/// An enrolled agent: the common name of its certificate.
package struct AgentID: Identifier {
    package let rawValue: String

    package init(checked text: String) {
        rawValue = text
    }
}

/// A run: a recipe applied to a roster until done.
package struct RunID: Identifier {
    package let rawValue: String

    package init(checked text: String) {
        rawValue = text
    }
}

/// A place for a model or statistic in a piece of work, such as `cluster` or `candidate.1`.
package struct SlotID: Identifier {
    package let rawValue: String

    package init(checked text: String) {
        rawValue = text
    }
}

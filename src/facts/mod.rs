//! What a control needs and Guard cannot say.

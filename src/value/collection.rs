//! What an unknown collection is made of, as far as that is known. Reads what is told of the value, and asks nothing.

use super::{Data, Junction, Keys, Met, Reason, Type, Value};

impl Value {
    /// What an unknown collection is put together of, and how, if that is known.
    #[must_use]
    pub fn parts(&self) -> Option<(Junction, &[Value])> {
        match &self.data {
            Data::Open(input) => match &input.reason {
                Reason::Joined(junction, parts) => Some((*junction, parts)),
                _ => None,
            },
            _ => None,
        }
    }

    /// What any element of an unknown collection is made like, with its key, if that is known.
    #[must_use]
    pub fn each(&self) -> Option<&(Self, Self)> {
        match &self.data {
            Data::Open(input) => match &input.reason {
                Reason::Each(element, _) => Some(element),
                _ => None,
            },
            _ => None,
        }
    }

    /// What says whether an element of an unknown collection is true, if that is known.
    #[must_use]
    pub fn met(&self) -> Option<Met> {
        match &self.data {
            Data::Open(input) => input.met(),
            _ => None,
        }
    }

    /// What stands for all elements of the collection that an unknown one is a part of, with its key, and whether it is in
    /// that part.
    #[must_use]
    pub fn filtered(&self) -> Option<&[Self; 3]> {
        match &self.data {
            Data::Open(input) => match &input.reason {
                Reason::Filtered(element) => Some(element),
                _ => None,
            },
            _ => None,
        }
    }

    /// What any element of an unknown collection is made like, where it may be a part of another one too.
    #[must_use]
    pub fn element(&self) -> Option<&Self> {
        let each = self.each().map(|(_, element)| element);
        each.or_else(|| self.filtered().map(|[_, element, _]| element))
    }

    /// The type of the elements of an unknown collection; any where nothing says it.
    #[must_use]
    pub fn element_type(&self) -> &Type {
        let Data::Open(input) = &self.data else { return &Type::Any };
        let said = self.said_type().element().or_else(|| self.element().map(Self::said_type));
        said.or(input.domain.element.as_deref()).unwrap_or(&Type::Any)
    }

    /// The value as one of no type that is said, of the same elements.
    #[must_use]
    pub fn untyped(self) -> Self {
        let data = match &self.data {
            Data::Open(input) => Data::Open(input.with_elements(self.element_type())),
            data => data.clone(),
        };
        Self { data, ty: None, ..self }
    }

    /// Whether it is an unknown list or set, which may have no elements: as its type says, or what it is made of.
    #[must_use]
    pub fn is_open_list(&self) -> bool {
        let Data::Open(input) = &self.data else { return false };
        matches!(self.said_type(), Type::List(_) | Type::Set(_) | Type::Tuple(_))
            || input.domain.keys == Keys::Positions
            || self.pieces().is_some()
            || self.each().is_some()
            || self.filtered().is_some()
    }

    /// What a list holds, as far as that is known: its elements, and values that stand for any number of elements.
    #[must_use]
    pub fn pieces(&self) -> Option<Vec<&Self>> {
        match (self.as_list(), self.parts()) {
            (Some(items), _) => Some(items.iter().collect()),
            (None, Some((junction, parts))) if junction.is_of_elements() => {
                Some(parts.iter().flat_map(|part| part.pieces().unwrap_or_else(|| vec![part])).collect())
            }
            _ => None,
        }
    }
}

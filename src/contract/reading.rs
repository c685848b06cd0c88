//! A reading: a named choice where a vendor's page contradicts itself or says nothing.

use std::collections::BTreeMap;

use serde::Serialize;

/// One ambiguous point with its options.
#[derive(Debug, Serialize)]
pub struct Reading {
    /// `<vendor>.<point>`; stable, users write it in scenarios.
    pub id: &'static str,
    /// The question that the page leaves open.
    pub question: &'static str,
    /// Every option by its name, the default first.
    pub options: &'static [&'static str],
    /// Where the contradiction or the gap is.
    pub source: &'static str,
}

impl Reading {
    /// What holds unless a scenario says otherwise.
    #[must_use]
    pub fn default(&self) -> &'static str {
        self.options[0]
    }

    /// The option of that name, as the `'static` text of this reading.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&'static str> {
        self.options.iter().copied().find(|option| *option == name)
    }
}

/// An enum of a reading's options: what vendors match on instead of comparing texts.
pub trait Choice: Copy + Sized + 'static {
    /// The reading that this enum answers.
    const READING: &'static Reading;
    /// The variant of an option's name; the default's for a name that is not an option.
    fn from_option(name: &str) -> Self;
}

/// The options that hold in one world: those that differ from the defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Readings(BTreeMap<&'static str, &'static str>);

/// A reading or an option that no vendor has.
#[derive(Debug, PartialEq, Eq)]
pub enum UnknownReading {
    /// No reading has that id.
    Id,
    /// The reading has other options: these.
    Option(&'static [&'static str]),
}

impl Readings {
    /// Every reading at its first alternative.
    pub fn alternate(all: impl IntoIterator<Item = &'static Reading>) -> Self {
        Self(all.into_iter().filter_map(|r| Some((r.id, *r.options.get(1)?))).collect())
    }

    /// Chooses an option by its names.
    ///
    /// # Errors
    /// When the reading or the option does not exist; nothing is changed then.
    pub fn choose(
        &mut self,
        all: impl IntoIterator<Item = &'static Reading>,
        id: &str,
        option: &str,
    ) -> Result<(), UnknownReading> {
        let reading = all.into_iter().find(|r| r.id == id).ok_or(UnknownReading::Id)?;
        let option = reading.option(option).ok_or(UnknownReading::Option(reading.options))?;
        self.0.insert(reading.id, option);
        Ok(())
    }

    /// The option that holds for one reading.
    #[must_use]
    pub fn get<C: Choice>(&self) -> C {
        C::from_option(self.option(C::READING))
    }

    /// The options that differ from the defaults, by their readings' ids.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.iter().map(|(id, option)| (*id, *option))
    }

    /// The name of the option that holds for one reading.
    #[must_use]
    pub fn option(&self, reading: &Reading) -> &'static str {
        self.0.get(reading.id).copied().unwrap_or(reading.default())
    }
}

/// Declares a vendor's readings, an enum for each, and the list of them all.
macro_rules! readings {
    ($( $name:ident = $id:literal, $source:literal, $question:literal {
        $default:ident = $default_option:literal $(, $other:ident = $other_option:literal)+ $(,)?
    } )+) => {
        $(
            #[doc = $question]
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub enum $name {
                #[doc = concat!("`", $default_option, "`, the default")]
                $default,
                $(
                    #[doc = concat!("`", $other_option, "`")]
                    $other,
                )+
            }

            impl $crate::contract::Choice for $name {
                const READING: &'static $crate::contract::Reading = &$crate::contract::Reading {
                    id: $id,
                    question: $question,
                    options: &[$default_option $(, $other_option)+],
                    source: $source,
                };

                fn from_option(name: &str) -> Self {
                    match name {
                        $( $other_option => Self::$other, )+
                        _ => Self::$default,
                    }
                }
            }
        )+
        /// Every reading of this vendor.
        pub static READINGS: &[&$crate::contract::Reading] =
            &[$( <$name as $crate::contract::Choice>::READING ),+];
    };
}

pub(crate) use readings;

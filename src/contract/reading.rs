//! A reading: a named choice where a vendor's page contradicts itself or says nothing.

use std::collections::BTreeMap;

use serde::Serialize;

/// One ambiguous point with its options.
#[derive(Debug, Serialize)]
pub struct Reading {
    /// `<vendor>.<point>`. It is stable, because users write it in scenarios.
    pub id: &'static str,
    /// The question that the vendor's page leaves open.
    pub question: &'static str,
    /// The names of all options, the default first.
    pub options: &'static [&'static str],
    /// The page and lines of the contradiction or the gap.
    pub source: &'static str,
}

impl Reading {
    /// The default option.
    #[must_use]
    pub fn default(&self) -> &'static str {
        self.options[0]
    }

    /// The option with a name, as a `'static` text.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&'static str> {
        self.options.iter().copied().find(|option| *option == name)
    }
}

/// An enum of a reading's options. Vendors match on it instead of comparing texts.
pub trait Choice: Copy + Sized + 'static {
    /// The reading whose options these are.
    const READING: &'static Reading;
    /// The variant with an option's name. The default for any other name.
    fn from_option(name: &str) -> Self;
}

/// The chosen options of one world. Only those that differ from the defaults are stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Readings(BTreeMap<&'static str, &'static str>);

/// The error for a reading or an option that does not exist.
#[derive(Debug, PartialEq, Eq)]
pub enum UnknownReading {
    /// No reading has this id.
    Id,
    /// The reading has no such option. The value is its options.
    Option(&'static [&'static str]),
}

impl Readings {
    /// The first option besides the default, for every reading that has one.
    pub fn alternate(all: impl IntoIterator<Item = &'static Reading>) -> Self {
        Self(all.into_iter().filter_map(|r| Some((r.id, *r.options.get(1)?))).collect())
    }

    /// Chooses an option by the ids of the reading and the option.
    ///
    /// # Errors
    /// When the reading or the option does not exist. Nothing is changed then.
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

    /// The chosen option of a reading.
    #[must_use]
    pub fn get<C: Choice>(&self) -> C {
        C::from_option(self.option(C::READING))
    }

    /// The options that differ from the defaults, with the ids of their readings.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.iter().map(|(id, option)| (*id, *option))
    }

    /// The name of the chosen option of a reading.
    #[must_use]
    pub fn option(&self, reading: &Reading) -> &'static str {
        self.0.get(reading.id).copied().unwrap_or(reading.default())
    }
}

/// Declares a vendor's readings, an enum for each, and the list of them.
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

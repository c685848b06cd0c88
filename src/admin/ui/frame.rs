//! The frame of every view: the head, the views, and the controls beside them.

use std::sync::Arc;

use maud::{DOCTYPE, Markup, html};

use crate::admin::state::Admin;
use crate::urlencoded;
use crate::version::{COMMIT, VERSION};
use crate::world::{Slot, World, Worlds};

/// A view of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Start,
    Live,
    Calls,
    Contract,
}

impl Tab {
    const ALL: [Self; 4] = [Self::Start, Self::Live, Self::Calls, Self::Contract];

    fn name(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Live => "Live",
            Self::Calls => "Calls",
            Self::Contract => "Contract",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Start => "/_mock/ui",
            Self::Live => "/_mock/ui/live",
            Self::Calls => "/_mock/ui/calls",
            Self::Contract => "/_mock/ui/contract",
        }
    }
}

/// A request for a view, with the world that it is of.
pub struct Frame<'a> {
    pub admin: &'a Admin,
    /// The server's URL, without a slash at its end.
    pub base: &'a str,
    pub tab: Tab,
    /// The parameters of the view.
    pub query: &'a [(String, String)],
    pub slot: &'a Slot,
    pub world: &'a Arc<World>,
}

impl Frame<'_> {
    /// The id of the world.
    pub fn id(&self) -> &str {
        self.slot.id()
    }

    /// The place of a vendor in the list, by which it has its colour.
    pub fn place(&self, vendor: &str) -> usize {
        self.admin.app.vendors.iter().position(|known| known.name() == vendor).unwrap_or_default()
    }

    /// The value of a parameter.
    pub fn asked(&self, name: &str) -> &str {
        self.query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// The address of a view of the same world, with further parameters.
    pub fn link(&self, path: &str, more: &[(&str, &str)]) -> String {
        let world = (self.id() != Worlds::DEFAULT).then_some(("world", self.id()));
        let pairs: Vec<String> = world
            .into_iter()
            .chain(more.iter().copied().filter(|(_, value)| !value.is_empty()))
            .map(|(name, value)| format!("{name}={}", urlencoded::strict(value)))
            .collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    /// The path of a resource of the world in the admin API.
    pub fn api(&self, resource: &str) -> String {
        match self.id() {
            Worlds::DEFAULT => format!("/_mock{resource}"),
            id => format!("/_mock/worlds/{id}{resource}"),
        }
    }

    /// The whole page around a view.
    pub fn page(&self, content: &Markup, controls: &Markup) -> Markup {
        let vendors: Vec<&str> = self.admin.app.vendors.iter().map(|vendor| vendor.name()).collect();
        html! {
            (DOCTYPE)
            html lang="en" {
                (head(self.tab.name()))
                body data-api=(self.api("")) data-vendors=(vendors.join(" ")) {
                    a.skip href="#main" { "Skip to the content" }
                    div #page {
                        header.top {
                            a.brand href=(self.link("/_mock/ui", &[])) { "callmock" }
                            nav.views aria-label="Views" {
                                @for tab in Tab::ALL {
                                    a href=(self.link(tab.path(), &[])) aria-current=[(tab == self.tab).then_some("page")] {
                                        (tab.name())
                                    }
                                }
                            }
                            span.dim.version title={ "commit " (COMMIT) } { (VERSION) }
                        }
                        div.columns {
                            main #main tabindex="-1" { (content) }
                            (controls)
                        }
                        p #told.told role="status" aria-live="polite" {}
                    }
                    script src="/_mock/ui/script.js" {}
                }
            }
        }
    }
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " · callmock" }
            link rel="stylesheet" href="/_mock/ui/style.css";
            link rel="icon" href="/_mock/ui/icon.svg" type="image/svg+xml";
        }
    }
}

/// The page without anything of the server: it asks for the token.
pub fn shell() -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head("Token"))
            body data-shell="" {
                div #page {
                    header.top { span.brand { "callmock" } }
                    main #main tabindex="-1" {
                        h1 { "Admin token" }
                        p { "This server was started with " code { "--admin-token" } ". The token stays in this tab." }
                        form #token-form.row method="post" {
                            label for="token" { "Token" }
                            input #token type="password" autocomplete="off" required;
                            button type="submit" { "Open" }
                        }
                        p #told.told role="status" aria-live="polite" {}
                        noscript { p.warn { "Without script the page cannot send the token: use the admin API." } }
                    }
                }
                script src="/_mock/ui/script.js" {}
            }
        }
    }
}

/// The page about a world that does not exist.
pub fn no_world(id: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head("No such world"))
            body {
                div #page {
                    header.top { a.brand href="/_mock/ui" { "callmock" } }
                    main #main tabindex="-1" {
                        h1 { "There is no world " code { (id) } }
                        p { "It was removed, or its time was over. " a href="/_mock/ui" { "The default world" } " is there always." }
                        p #told.told role="status" aria-live="polite" {}
                    }
                }
                script src="/_mock/ui/script.js" {}
            }
        }
    }
}

//! The imports between the files of `src/`, followed through re-exports to the file that defines
//! what is imported.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A path of modules, from the crate's root.
type Module = Vec<String>;

/// The files of a crate with what each imports and mentions.
pub struct Imports(BTreeMap<Module, File>);

struct File {
    /// Its name under `src/`.
    name: String,
    /// The paths that it imports for itself.
    imported: Vec<Vec<String>>,
    /// What its imports and re-exports call the paths that they name.
    names: BTreeMap<String, Vec<String>>,
    /// The paths in its code.
    mentioned: Vec<Vec<String>>,
}

impl Imports {
    /// Reads some files: their names under `src/`, and their texts.
    pub fn read(files: &[(String, String)]) -> Self {
        let read = |(name, text): &(String, String)| {
            let module = name.trim_end_matches(".rs").trim_end_matches("/mod");
            let mut reader = Reader::default();
            reader.visit_file(&syn::parse_file(text).unwrap_or_else(|error| panic!("{name}: {error}")));
            let Reader { imported, names, mentioned, .. } = reader;
            let module = module.split('/').filter(|part| *part != "lib").map(str::to_owned).collect();
            (module, File { name: name.clone(), imported, names, mentioned })
        };
        Self(files.iter().map(read).collect())
    }

    /// Every file with those that it uses. Re-exporting something is no use of it.
    pub fn edges(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let used = |(module, file): (&Module, &File)| {
            let paths = file.imported.iter().chain(&file.mentioned);
            let files = paths.filter_map(|path| self.home(&self.absolute(module, path)?, 0));
            files.map(|file| self.0[file].name.as_str()).filter(|used| *used != file.name).collect()
        };
        self.0.iter().map(|(module, file)| (file.name.as_str(), used((module, file)))).collect()
    }

    /// A path from the root, as one module of the crate means it; none for what is another crate's
    /// or the module's own.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Module> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([module, rest].concat()),
            "super" => {
                let parent = module.split_last()?.1;
                let is_leading = rest.first().is_some_and(|next| next == "super");
                if is_leading { self.absolute(parent, rest) } else { Some([parent, rest].concat()) }
            }
            name => {
                let child = [module, std::slice::from_ref(first)].concat();
                if self.0.contains_key(&child) {
                    return Some([module, path].concat());
                }
                let named = self.0.get(module)?.names.get(name).filter(|named| named[0] != name)?;
                Some([self.absolute(module, named)?, rest.to_vec()].concat())
            }
        }
    }

    /// The module whose file defines what a path from the root names; none where that is a module.
    fn home(&self, path: &[String], depth: usize) -> Option<&Module> {
        assert!(depth < 100, "{path:?} is re-exported in a circle");
        let mut at = 0;
        while at < path.len() && self.0.contains_key(&path[..=at]) {
            at += 1;
        }
        let (module, file) = self.0.get_key_value(&path[..at])?;
        let name = path.get(at)?;
        match file.names.get(name).and_then(|named| self.absolute(module, named)) {
            Some(named) => self.home(&[&named, &path[at + 1..]].concat(), depth + 1),
            None => Some(module),
        }
    }
}

/// The shortest circle through each edge that is part of one, from its first file by name; without
/// those that have all files of another.
pub fn circles(edges: &BTreeMap<&str, BTreeSet<&str>>) -> BTreeSet<Vec<String>> {
    let mut circles: BTreeSet<Vec<String>> = BTreeSet::new();
    for (from, used) in edges {
        for to in used {
            let Some(mut circle) = shortest(edges, to, from) else { continue };
            let first = (0..circle.len()).min_by_key(|n| circle[*n]).unwrap_or_default();
            circle.rotate_left(first);
            circles.insert(circle.into_iter().map(str::to_owned).collect());
        }
    }
    let has_all_of = |circle: &[String], other: &[String]| {
        other.len() < circle.len() && other.iter().all(|file| circle.contains(file))
    };
    let is_smallest = |circle: &&Vec<String>| !circles.iter().any(|other| has_all_of(circle, other));
    circles.iter().filter(is_smallest).cloned().collect()
}

/// The shortest way from one file to another, both included.
fn shortest<'a>(
    edges: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    from: &'a str,
    to: &str,
) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::from([(from, from)]);
    let mut waiting = VecDeque::from([from]);
    while let Some(file) = waiting.pop_front() {
        if file == to {
            let mut way = vec![file];
            while way[way.len() - 1] != from {
                way.push(before[way[way.len() - 1]]);
            }
            way.reverse();
            return Some(way);
        }
        for next in edges.get(file).into_iter().flatten() {
            if !before.contains_key(next) {
                before.insert(next, file);
                waiting.push_back(next);
            }
        }
    }
    None
}

/// Collects the paths of a file, without its unit tests.
#[derive(Default)]
struct Reader {
    imported: Vec<Vec<String>>,
    names: BTreeMap<String, Vec<String>>,
    mentioned: Vec<Vec<String>>,
    /// How many modules within the file it is in.
    depth: usize,
}

impl Reader {
    fn import(&mut self, tree: &syn::UseTree, mut path: Vec<String>, is_re_export: bool) {
        let (leaf, name) = match tree {
            syn::UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                return self.import(&inner.tree, path, is_re_export);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, path.clone(), is_re_export);
                }
                return;
            }
            syn::UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
            syn::UseTree::Rename(renamed) => (renamed.ident.to_string(), renamed.rename.to_string()),
            syn::UseTree::Glob(_) => ("*".to_owned(), "*".to_owned()),
        };
        let name = if leaf == "self" { path.last().cloned().unwrap_or_default() } else { name };
        if leaf != "self" {
            path.push(leaf);
        }
        let path = self.outside(path);
        if !is_re_export {
            self.imported.push(path.clone());
        }
        self.names.insert(name, path);
    }

    /// A path as it is outside the modules within the file.
    fn outside(&self, path: Vec<String>) -> Vec<String> {
        let within = path.iter().take(self.depth).take_while(|part| *part == "super").count();
        path.into_iter().skip(within).collect()
    }

    fn mention(&mut self, path: Vec<String>, is_called: bool) {
        // One small word is a variable, unless it is called.
        let is_variable = !is_called && path.len() == 1 && !path[0].starts_with(char::is_uppercase);
        if !is_variable && path != ["super"] {
            let path = self.outside(path);
            self.mentioned.push(path);
        }
    }

    /// The paths in what a macro or an attribute is given.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let mut path: Vec<String> = vec![];
        while let Some(token) = tokens.next() {
            let is_colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
            match token {
                TokenTree::Ident(ident) => {
                    path.push(ident.to_string());
                    if is_colon(tokens.peek()) {
                        let mut ahead = tokens.clone();
                        ahead.next();
                        let names_next = is_colon(ahead.peek()) && {
                            ahead.next();
                            matches!(ahead.peek(), Some(TokenTree::Ident(_)))
                        };
                        if names_next {
                            tokens = ahead;
                            continue;
                        }
                    }
                    let is_called = matches!(tokens.peek(), Some(TokenTree::Group(_)))
                        || matches!(tokens.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
                    let path = std::mem::take(&mut path);
                    self.mention(path, is_called);
                }
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    let test = |attribute: &syn::Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    };
    attributes.iter().any(test)
}

fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            self.depth += 1;
            visit::visit_item_mod(self, module);
            self.depth -= 1;
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&item.tree, vec![], !matches!(item.vis, syn::Visibility::Inherited));
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(function) = &*call.func {
            self.mention(segments(&function.path), true);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.mention(segments(path), false);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.mention(segments(&call.path), true);
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }
}

#[test]
fn circles_are_found_through_re_exports_and_only_where_something_is_used() {
    let file = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
    let circles_of = |files: &[(&str, &str)]| {
        let files: Vec<(String, String)> = files.iter().copied().map(file).collect();
        circles(&Imports::read(&files).edges()).iter().map(|circle| circle.join(" ")).collect::<Vec<_>>()
    };
    let room = ("room/mod.rs", "mod a; mod b; pub use a::A; pub use b::B;");
    let a = ("room/a.rs", "use super::B; pub struct A(B);");
    assert_eq!(circles_of(&[room, a, ("room/b.rs", "pub struct B;")]), [""; 0]);
    let b = ("room/b.rs", "pub struct B; fn f(of: &crate::room::A) {}");
    assert_eq!(circles_of(&[room, a, b]), ["room/a.rs room/b.rs"]);
    let tested = ("room/b.rs", "pub struct B; #[cfg(test)] mod tests { use super::super::A; }");
    assert_eq!(circles_of(&[room, a, tested]), [""; 0]);
    let own = ("room/mod.rs", "mod a; pub use a::A; pub const ONE: u8 = 1; fn f() -> A { A(ONE) }");
    assert_eq!(circles_of(&[own, ("room/a.rs", "pub struct A(pub u8);")]), [""; 0]);
    let in_macro = ("room/a.rs", "pub struct A(pub u8); fn f() { print!(\"{}\", super::ONE) }");
    assert_eq!(circles_of(&[own, in_macro]), ["room/a.rs room/mod.rs"]);
}

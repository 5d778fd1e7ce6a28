//! What every page must be, whatever it says: balanced tags, one title, labelled fields, captions, and no ranking
//! of persons.

use std::collections::BTreeSet;

const VOID: [&str; 8] = ["meta", "link", "input", "br", "hr", "img", "col", "source"];

/// A tag as written: its name, whether it closes, and its attributes.
struct Tag<'a> {
    name: &'a str,
    closes: bool,
    alone: bool,
    attributes: Vec<(&'a str, &'a str)>,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}

/// What is wrong with a page; nothing when it is sound.
pub(crate) fn faults(html: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let tags = match tags(html) {
        Ok(tags) => tags,
        Err(fault) => return vec![fault],
    };
    balance(&tags, &mut faults);
    let open = || tags.iter().filter(|tag| !tag.closes);
    for (name, count) in [("h1", 1), ("main", 1)] {
        let found = open().filter(|tag| tag.name == name).count();
        if found != count {
            faults.push(format!("{found} <{name}>"));
        }
    }
    // A drawing has titles of its own: that of the window stands in the head.
    if html.split("</head>").next().unwrap_or_default().matches("<title>").count() != 1 {
        faults.push("pas un seul <title>".to_owned());
    }
    let mut ids = BTreeSet::new();
    for id in open().filter_map(|tag| tag.get("id")) {
        if !ids.insert(id) {
            faults.push(format!("id « {id} » deux fois"));
        }
    }
    let labelled: BTreeSet<&str> =
        open().filter(|tag| tag.name == "label").filter_map(|tag| tag.get("for")).collect();
    for tag in open() {
        let hidden = tag.get("type") == Some("hidden");
        let named = tag.get("id").is_some_and(|id| labelled.contains(id))
            || tag.get("aria-label").is_some();
        if matches!(tag.name, "input" | "select") && !hidden && !named {
            faults.push(format!("champ sans étiquette : {:?}", tag.attributes));
        }
        for (name, value) in &tag.attributes {
            if *name == "style" || name.starts_with("on") || value.starts_with("javascript:") {
                faults.push(format!("{name} dans <{}>", tag.name));
            }
            let refers = ["aria-labelledby", "aria-describedby", "for"].contains(name);
            if refers && !value.split(' ').all(|id| ids.contains(id)) {
                faults.push(format!("{name}=« {value} » ne renvoie à rien"));
            }
        }
        if tag.name == "th" && tag.get("scope").is_none() {
            faults.push("th sans scope".to_owned());
        }
    }
    let count = |name: &str| open().filter(|tag| tag.name == name).count();
    if count("table") != count("caption") {
        faults.push(format!("{} tables, {} légendes", count("table"), count("caption")));
    }
    persons(html, &mut faults);
    faults
}

/// A table whose rows are conseillers is never sorted by a figure, and says the size of each portfolio.
fn persons(html: &str, faults: &mut Vec<String>) {
    for table in html.split("<table").skip(1) {
        let table = table.split("</table>").next().unwrap_or_default();
        let heads = table.split("</thead>").next().unwrap_or_default();
        let first = heads.split("<th ").nth(1).and_then(|cell| cell.split_once('>'));
        if !first.is_some_and(|(_, text)| text.starts_with("Conseiller")) {
            continue;
        }
        let opening = table.split('>').next().unwrap_or_default();
        if opening.contains("data-tri") || table.contains("aria-sort") {
            faults.push("une table de personnes se trie".to_owned());
        }
        if !heads.contains("Dossiers actifs") {
            faults.push("une table de personnes sans la taille des portefeuilles".to_owned());
        }
    }
}

/// Addresses of the page: links, style sheet, script, and forms that are read (GET).
pub(crate) fn links(html: &str) -> Vec<String> {
    let Ok(tags) = tags(html) else { return Vec::new() };
    let open = tags.iter().filter(|tag| !tag.closes);
    let links = open.filter_map(|tag| match tag.name {
        "a" | "link" => tag.get("href"),
        "script" => tag.get("src"),
        "form" if tag.get("method") == Some("get") => tag.get("action"),
        _ => None,
    });
    links.map(|link| link.replace("&#38;", "&").replace("&amp;", "&")).collect()
}

fn balance(tags: &[Tag<'_>], faults: &mut Vec<String>) {
    let mut stack: Vec<&str> = Vec::new();
    for tag in tags {
        if tag.closes {
            match stack.pop() {
                Some(open) if open == tag.name => {}
                open => {
                    faults.push(format!("</{}> ferme {open:?} dans {stack:?}", tag.name));
                    return;
                }
            }
        } else if !tag.alone && !VOID.contains(&tag.name) {
            stack.push(tag.name);
        }
    }
    if !stack.is_empty() {
        faults.push(format!("jamais fermés : {stack:?}"));
    }
}

fn tags(html: &str) -> Result<Vec<Tag<'_>>, String> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix('!') {
            rest = after;
            continue;
        }
        let (tag, after) = tag(rest)?;
        tags.push(tag);
        rest = after;
    }
    Ok(tags)
}

fn tag(text: &str) -> Result<(Tag<'_>, &str), String> {
    let fault = || format!("balise illisible : <{}", text.chars().take(60).collect::<String>());
    let (closes, text) = match text.strip_prefix('/') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let end = text.find([' ', '\n', '>', '/']).ok_or_else(fault)?;
    let (name, mut rest) = text.split_at(end);
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(fault());
    }
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            return Ok((Tag { name, closes, alone: true, attributes }, after));
        }
        if let Some(after) = rest.strip_prefix('>') {
            return Ok((Tag { name, closes, alone: false, attributes }, after));
        }
        let end = rest.find(['=', ' ', '\n', '>']).ok_or_else(fault)?;
        let (key, after) = rest.split_at(end);
        match after.strip_prefix("=\"") {
            Some(after) => {
                let (value, after) = after.split_once('"').ok_or_else(fault)?;
                if value.contains('<') {
                    return Err(fault());
                }
                attributes.push((key, value));
                rest = after;
            }
            None if after.starts_with('=') || key.is_empty() => return Err(fault()),
            None => {
                attributes.push((key, ""));
                rest = after;
            }
        }
    }
}

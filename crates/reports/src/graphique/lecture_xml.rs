//! A strict little reader of XML for the tests: every chart must be well formed and finite.

/// What was found in a chart.
#[derive(Debug, Default)]
pub(crate) struct Lu {
    /// Values of `href`, in order.
    pub(crate) liens: Vec<String>,
    /// Contents of `title` and `desc`, in order, entities kept.
    pub(crate) mots: Vec<String>,
    /// Names of the elements, in order.
    pub(crate) elements: Vec<String>,
}

/// Reads a chart; panics, with the place, on what is not well formed or not a number.
pub(crate) fn read(text: &str) -> Lu {
    let mut lu = Lu::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let words = &rest[..start];
        assert!(!words.contains('>'), "stray > before {:?}", &rest[start..]);
        check_entities(words);
        if matches!(open.last().map(String::as_str), Some("title" | "desc")) && !words.is_empty() {
            lu.mots.push(words.to_owned());
        }
        let end = start + rest[start..].find('>').expect("a tag that never ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closing tag");
            continue;
        }
        let (tag, alone) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        read_attributes(name, attributes, &mut lu);
        lu.elements.push(name.to_owned());
        if !alone {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    assert!(!text.contains("NaN") && !text.contains("inf\"") && !text.contains("style="));
    lu
}

fn read_attributes(element: &str, mut text: &str, lu: &mut Lu) {
    while !text.is_empty() {
        let (name, rest) = text.split_once("=\"").unwrap_or_else(|| panic!("attribute {text:?}"));
        let (value, rest) = rest.split_once('"').unwrap_or_else(|| panic!("value {rest:?}"));
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{name:?}");
        check_entities(value);
        if ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"].contains(&name) {
            let number: f64 = value.parse().unwrap_or_else(|_| panic!("{element} {name} {value}"));
            assert!((-1.0..2000.0).contains(&number), "{element} {name} {value}");
        }
        if name == "href" {
            lu.liens.push(value.to_owned());
        }
        text = rest.trim_start();
    }
}

fn check_entities(text: &str) {
    for after in text.split('&').skip(1) {
        let entity = after.split(';').next().unwrap_or_default();
        assert!(["amp", "lt", "gt", "quot", "#39"].contains(&entity), "entity {entity:?}");
    }
}

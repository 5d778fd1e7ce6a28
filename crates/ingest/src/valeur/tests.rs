use super::*;

fn read_day(written: &str) -> Result<Option<String>, String> {
    let read = day(Cell::Text(written), false).map_err(|illisible| illisible.raison)?;
    Ok(read.map(|day| EPOCH.checked_add(i64::from(day).days()).unwrap().to_string()))
}

#[test]
fn days_are_read_in_the_forms_of_the_field() {
    for written in [
        "2019-09-05",
        " 2019-09-05 ",
        "05/09/2019",
        "5/9/2019",
        "05-09-2019",
        "05.09.2019",
        "2019/09/05",
        "20190905",
        "2019-09-05 00:00:00",
        "2019-09-05T14:30:00.000Z",
        "05/09/2019 14:30",
        "05/09/2019 14h30",
        "43713",
        "\u{a0}05/09/2019\u{a0}",
    ] {
        assert_eq!(read_day(written), Ok(Some("2019-09-05".to_owned())), "{written}");
    }
    assert_eq!(read_day("  "), Ok(None));
    assert_eq!(read_day("29/02/2020"), Ok(Some("2020-02-29".to_owned())));
}

#[test]
fn impossible_and_ambiguous_days_are_refused() {
    for written in ["31/02/2019", "2019-02-29", "2019-13-01", "00/00/0000", "32/01/2019"] {
        assert_eq!(
            read_day(written),
            Err("cette date n'existe pas au calendrier".to_owned()),
            "{written}"
        );
    }
    for written in ["31/02", "05/06/19", "hier", "05/09/2019 demain", "2019", "5 sept", "1e9", "/"]
    {
        assert!(read_day(written).is_err(), "{written}");
    }
}

#[test]
fn serial_days_follow_both_systems() {
    let serial = |number, date_1904| {
        day(Cell::Number(number), date_1904)
            .ok()
            .flatten()
            .map(|day| EPOCH.checked_add(i64::from(day).days()).unwrap().to_string())
    };
    // Values a spreadsheet shows: 43713 is 5 September 2019, and 42251 in the 1904 system.
    assert_eq!(serial(43713.0, false).as_deref(), Some("2019-09-05"));
    assert_eq!(serial(43713.75, false).as_deref(), Some("2019-09-05"));
    assert_eq!(serial(42251.0, true).as_deref(), Some("2019-09-05"));
    assert_eq!(serial(1.0, false).as_deref(), Some("1900-01-01"));
    assert_eq!(serial(61.0, false).as_deref(), Some("1900-03-01"));
    assert_eq!(serial(60.0, false), None);
    assert_eq!(serial(-3.0, false), None);
    assert_eq!(serial(f64::NAN, false), None);
    assert_eq!(serial(20_190_905.0, false).as_deref(), Some("2019-09-05"));
}

#[test]
fn every_day_of_four_centuries_matches_the_calendar() {
    let mut day = date(1800, 1, 1);
    while day < date(2200, 1, 1) {
        assert_eq!(iso_day(day.to_string().as_bytes()), Some(to_day(day)), "{day}");
        day = day.tomorrow().unwrap();
    }
}

#[test]
fn months_are_their_first_day() {
    let read = |written| {
        month(Cell::Text(written), false)
            .ok()
            .flatten()
            .map(|day| EPOCH.checked_add(i64::from(day).days()).unwrap().to_string())
    };
    for written in
        ["2019-09", "09/2019", "201909", "septembre 2019", "Sept. 2019", "05/09/2019", "2019-09-05"]
    {
        assert_eq!(read(written).as_deref(), Some("2019-09-01"), "{written}");
    }
    assert_eq!(read("août 2019").as_deref(), Some("2019-08-01"));
    for written in ["2019-13", "jui 2019", "2019", "sept 19"] {
        assert_eq!(read(written), None, "{written}");
    }
}

#[test]
fn amounts_are_read_to_the_cent() {
    let read = |written| decimal(Cell::Text(written)).map_err(|illisible| illisible.raison);
    for (written, hundredths) in [
        ("1 234,50 €", 123_450),
        ("1\u{202f}234,50", 123_450),
        ("1234.5", 123_450),
        ("528.4200", 52_842),
        ("-5", -500),
        ("−5,5", -550),
        (",5", 50),
        ("12.", 1200),
        ("0,005", 1),
        ("45 min", 4500),
        ("35h", 3500),
    ] {
        assert_eq!(read(written), Ok(Some(hundredths)), "{written}");
    }
    for written in ["1,234,50", "1.234,50", "12 34", "abc", "1e3", "€", "--5", "1 2345", "NaN", "."]
    {
        assert!(read(written).is_err(), "{written}");
    }
    assert!(read("99999999999999999999").is_err());
    assert_eq!(decimal(Cell::Number(0.1 + 0.2)), Ok(Some(30)));
    assert!(decimal(Cell::Number(f64::INFINITY)).is_err());
}

#[test]
fn whole_numbers_have_no_cents() {
    assert_eq!(integer(Cell::Text("45,00")), Ok(Some(45)));
    assert_eq!(integer(Cell::Number(45.0)), Ok(Some(45)));
    assert!(integer(Cell::Text("45,5")).is_err());
}

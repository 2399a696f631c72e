// Vind uw buurt: search for a buurt, wijk or gemeente; see its figures, its place on the map, and all buurten in a table.
// Data are scripts that call vkMaten, vkNamen and vkVind: a page opened from a folder may load a script, not fetch a file.
"use strict";

{
  const folder = document.currentScript.src.replace(/vind\.js.*$/, "vind/");
  const places = new Map(); // figures and map by code of the gemeente
  const loading = new Map();
  let known = null; // measures, colours, cities with a page
  let names = null; // everything that can be searched for
  let shown = null; // { code, place, map } of the gemeente on the page
  let parts = null; // the places on the page that are filled
  const title = document.title;

  const MOST_OPTIONS = 40;
  const SHORTEST_PART = 3; // of a word, to be looked for in the middle of another
  const ROOM = 16; // pixels between dots that are drawn in full size; nearer to each other they are smaller
  const STEPS = [0, -8, 8, -16, 16, -24, 24, -32, 32, -44, 44, -56, 56]; // pixels that a name may move up or down
  const MOST_NAMES = 24; // a longer list of names is folded
  const MOST_GUESSES = 3; // names that are offered when nothing is found
  const LETTERS_PER_SLIP = 4; // one letter in so many may be another one
  const NUDGE = 4; // pixels that a hand moves without dragging
  const NOTHING = "–";
  const KINDS = { GM: "gemeente", WK: "wijk", BU: "buurt" };

  // --- small tools ----------------------------------------------------------------------------------------------

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== ""));
    return element;
  }
  const html = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes = {}, ...children) =>
    fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

  // 1.234,5 with a real minus sign; what rounds to zero has none.
  function number(value, decimals = 0) {
    if (value === null || value === undefined) return NOTHING;
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const text = new Intl.NumberFormat("nl-NL", digits).format(Math.abs(value));
    return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
  }

  // The word that agrees with a count: 1 buurt, 0 buurten.
  const form = (count, one, many) => (count === 1 ? one : many);

  const interval = (low, high, decimals) => `${number(low, decimals)} tot ${number(high, decimals)}`;
  // Of a deviation: a third decimal where two would show an end as zero, so that one sees on which side it lies.
  const margin = (low, high) => interval(low, high, Math.min(Math.abs(low), Math.abs(high)) < 0.005 ? 3 : 2);
  const plain = (text) =>
    text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const collator = new Intl.Collator("nl", { numeric: true });
  const withoutArticle = (text) => text.replace(/^['’ʼ‘][nst][ -]/i, ""); // 's-Gravenland stands at the G, as in every table
  const byName = (a, b) => collator.compare(withoutArticle(a), withoutArticle(b));

  function load(file) {
    if (!loading.has(file)) {
      loading.set(file, new Promise((resolve, reject) => {
        const script = html("script", { src: `${folder}${file}.js?v=${known.versie}` });
        script.onload = resolve;
        script.onerror = () => {
          loading.delete(file); // so that it can be tried again
          reject(new Error(file));
        };
        document.head.append(script);
      }));
    }
    return loading.get(file);
  }

  // --- what there is to find ------------------------------------------------------------------------------------

  function index({ gemeenten, ook }) {
    const others = Object.fromEntries(Object.entries(ook).map(([everyday, name]) => [name, plain(everyday)]));
    const split = (text) => (text ? text.split("|") : []);
    return gemeenten.flatMap(([digits, naam, wijken, buurten], place) => {
      const other = others[naam] ?? "";
      const about = `${plain(naam)} ${other}`;
      const inWijk = Object.fromEntries(split(wijken).map((one) => [one.slice(0, 2), one.slice(2)]));
      const entry = (code, name, where, around, also = "") =>
        ({ code, name, where, around, also, plain: plain(name), kind: Object.keys(KINDS).indexOf(code.slice(0, 2)), place });
      return [
        entry(`GM${digits}`, naam, "gemeente", other, other),
        ...Object.entries(inWijk).map(([wijk, name]) => entry(`WK${digits}${wijk}`, name, `wijk in ${naam}`, about)),
        ...split(buurten).map((one) => {
          const wijk = inWijk[one.slice(0, 2)] ?? "";
          return entry(`BU${digits}${one.slice(0, 4)}`, one.slice(4), `buurt in ${wijk && wijk !== naam ? `${wijk}, ` : ""}${naam}`,
            `${about} ${plain(wijk)}`);
        }),
      ];
    });
  }

  const startsWord = (text, word) => ` ${text}`.includes(` ${word}`);

  // 0 is best; null does not fit. Every word is somewhere, and one of them in the name itself. A buurt of exactly this name
  // counts no more than one whose name begins with it: "Kanaleneiland" means two buurten of Utrecht before one of Oosterhout.
  function rank(entry, words, whole) {
    const called = [entry.plain, entry.also].filter(Boolean);
    if (entry.kind === 0 && called.includes(whole)) return 0;
    if (called.some((name) => `${name} `.startsWith(`${whole} `))) return 1;
    if (called.some((name) => name.startsWith(whole))) return 2;
    let named = false;
    let worst = 3;
    for (const word of words) {
      if (startsWord(entry.plain, word)) named = true;
      else if (startsWord(entry.around, word)) worst = Math.max(worst, 4);
      else if (word.length >= SHORTEST_PART && entry.plain.includes(word)) [named, worst] = [true, 5];
      else return null;
    }
    return named ? worst : null;
  }

  function find(typed) {
    const whole = plain(typed);
    if (!whole || !names) return [];
    const words = whole.split(" ");
    return names
      .map((entry) => ({ entry, rank: rank(entry, words, whole) }))
      .filter((one) => one.rank !== null)
      .sort((a, b) => a.rank - b.rank || (b.entry.kind === 0) - (a.entry.kind === 0) || // gemeenten, then city by city, the largest first
        a.entry.place - b.entry.place || a.entry.kind - b.entry.kind || byName(a.entry.name, b.entry.name));
  }

  // As a word sounds: ij and ei, au and ou, c and k, one letter or two are the slips of people who know a name by ear.
  const sound = (word) => word.replace(/ij|y/g, "ei").replace(/ou/g, "au").replace(/ch/g, "g").replace(/c|q/g, "k")
    .replace(/ph/g, "f").replace(/th/g, "t").replace(/z/g, "s").replace(/dt?$/, "t").replace(/(.)\1+/g, "$1");

  // The words of all names by their sound, those of the largest cities first.
  function wordsOfNames() {
    const words = new Map();
    for (const { name } of names) {
      for (const word of name.match(/\p{L}+/gu) ?? []) {
        const key = plain(word);
        if (key.length > SHORTEST_PART && !words.has(key)) words.set(key, { word, sound: sound(key) });
      }
    }
    return [...words.values()];
  }

  // How many letters must be added, dropped or replaced; more than `most` is Infinity.
  function slips(a, b, most) {
    if (Math.abs(a.length - b.length) > most) return Infinity;
    let row = Array.from({ length: b.length + 1 }, (_, k) => k);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
      if (Math.min(...next) > most) return Infinity;
      row = next;
    }
    return row[b.length] <= most ? row[b.length] : Infinity;
  }

  let vocabulary = null; // made when a name is first misspelt

  // The words nearest to one that no name holds.
  function nearWords(word) {
    vocabulary ??= wordsOfNames();
    const heard = sound(word);
    const most = Math.floor(heard.length / LETTERS_PER_SLIP);
    const near = vocabulary.map((one) => ({ word: one.word, far: slips(heard, one.sound, most) }));
    const nearest = Math.min(...near.map((one) => one.far));
    return nearest < Infinity ? near.filter((one) => one.far === nearest).slice(0, MOST_GUESSES).map((one) => one.word) : []; // of the largest cities
  }

  // What may have been meant by what is not found: the nearest of all in one word, or word by word.
  function guesses(typed) {
    const words = plain(typed).split(" ");
    const known_ = (word) => names.some((entry) => startsWord(entry.plain, word) || startsWord(entry.around, word));
    const mended = words.length > 1 ? [words.map((word) => (known_(word) ? word : nearWords(word)[0] ?? word)).join(" ")] : [];
    return [...new Set([...mended, ...nearWords(words.join(""))])].filter((guess) => find(guess).length).slice(0, MOST_GUESSES);
  }

  // --- the field: a combobox with a list -------------------------------------------------------------------------

  function addSearch(form) {
    const field = form.querySelector("input");
    const list = html("ul", { role: "listbox", id: "vk-zoek-lijst", "aria-label": "Gevonden buurten, wijken en gemeenten", hidden: true });
    const status = form.querySelector(".vk-zoek-stand");
    const example = status.textContent;
    status.setAttribute("role", "status");
    fill(field, { role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" }, []);
    form.querySelector("span").append(list);
    let found = [];
    let meant = []; // names that are near to what was typed, where that itself is not found
    let active = -1;
    let chosen = null; // code of what the field shows
    say();

    function open(yes) {
      list.hidden = !yes;
      field.setAttribute("aria-expanded", String(yes));
      if (!yes) activate(-1);
    }

    function activate(number_) {
      list.children[active]?.setAttribute("aria-selected", "false");
      active = number_;
      const option = list.children[active];
      if (option) {
        option.setAttribute("aria-selected", "true");
        option.scrollIntoView({ block: "nearest" });
        field.setAttribute("aria-activedescendant", option.id);
      } else field.removeAttribute("aria-activedescendant");
    }

    function say() {
      const typed = field.value.trim();
      if (!typed) status.textContent = example;
      else if (!names) status.textContent = "De namen worden geladen…";
      else if (meant.length) status.textContent = `Niets gevonden bij ‘${typed}’. Bedoelde u ${meant.join(" of ")}? Kies uit de lijst.`;
      else if (!found.length) status.textContent = `Niets gevonden bij ‘${typed}’. Probeer een deel van de naam.`;
      else if (found.length > MOST_OPTIONS) status.textContent = `${number(found.length)} gevonden; de eerste ${MOST_OPTIONS} staan in de lijst. Typ de gemeente erbij om te kiezen.`;
      else status.textContent = `${found.length} gevonden. Kies met de pijltjes en Enter.`;
    }

    function look() {
      found = find(field.value);
      meant = names && plain(field.value).length > SHORTEST_PART && !found.length ? guesses(field.value) : [];
      if (meant.length) found = [...new Map(meant.flatMap((guess) => find(guess)).map((one) => [one.entry.code, one])).values()];
      list.replaceChildren(...found.slice(0, MOST_OPTIONS).map(({ entry }, k) => {
        const option = html("li", { role: "option", id: `vk-optie-${k}`, "aria-selected": "false" },
          html("strong", {}, entry.name), " ", html("span", {}, entry.where));
        option.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
        option.addEventListener("click", () => choose(k));
        return option;
      }));
      active = -1;
      open(found.length > 0);
      say();
    }

    function choose(k) {
      const { entry } = found[k];
      chosen = entry.code;
      field.value = entry.name;
      open(false);
      status.textContent = `Gekozen: ${entry.name}, ${entry.where}.`;
      go(entry.code);
    }

    const ready = () => load("namen").then(() => { if (field.value.trim() && document.activeElement === field) look(); }, () => {
      status.textContent = "De lijst met namen is niet te laden. Kies hieronder een stad.";
    });
    const keys = {
      ArrowDown: () => (list.hidden ? look() : activate((active + 1) % list.children.length)),
      ArrowUp: () => (list.hidden ? look() : activate(active > 0 ? active - 1 : list.children.length - 1)),
      Escape: () => { if (list.hidden) field.value = ""; open(false); say(); },
    };
    field.addEventListener("focus", ready);
    field.addEventListener("input", () => { ready(); look(); });
    field.addEventListener("blur", () => open(false));
    field.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      keys[event.key]();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (list.hidden) look();
      if (active >= 0) choose(active);
      else if (isAnswer()) choose(0);
      else field.focus(); // of more than one, the reader chooses
    });

    // Whether the first that was found is what was meant: it is alone, or the gemeente of that name, or the only one whose
    // name is or begins with what was typed, and typed in full.
    function isAnswer() {
      if (meant.length || !found.length) return false;
      const [first, second] = found;
      return !second || first.rank === 0 || (first.rank === 1 && second.rank > 1 && first.entry.plain === plain(field.value));
    }

    const asked = new URLSearchParams(location.search).get("zoek");
    if (asked && !location.hash) {
      field.value = asked;
      field.focus({ preventScroll: true });
      load("namen").then(() => {
        look();
        if (isAnswer()) choose(0);
      }, () => {}); // the field itself says that the names did not load
    }

    // Where the reader goes on by a link or goes back, the field no longer tells what is shown.
    return (code) => {
      if (!chosen || chosen === code) return;
      chosen = null;
      field.value = "";
      say();
    };
  }

  // --- the address ----------------------------------------------------------------------------------------------

  function asked() {
    const match = /^#((?:GM\d{4})|(?:WK\d{6})|(?:BU\d{8}))(?:&maat=(\w+))?$/.exec(location.hash);
    return match ? { code: match[1], gemeente: `GM${match[1].slice(2, 6)}`, maat: match[2] ?? null } : null;
  }

  const address = (code, maat = asked()?.maat) => `#${code}${maat ? `&maat=${maat}` : ""}`;

  function go(code) {
    if (location.search) history.replaceState(null, "", location.pathname + location.hash); // what was typed is answered
    if (location.hash === address(code)) show(true);
    else location.hash = address(code);
  }

  async function show(moved) {
    const wish = asked();
    parts.search?.(wish?.code ?? null);
    if (!wish) {
      shown = null;
      document.title = title;
      parts.result.replaceChildren();
      parts.result.hidden = true;
      return;
    }
    try {
      await load(wish.gemeente);
    } catch {
      return fail("Van deze gemeente zijn geen cijfers te laden. Klopt het adres?");
    }
    if (asked()?.code !== wish.code) return; // the reader was quicker
    const place = places.get(wish.gemeente);
    const kind = wish.code.slice(0, 2);
    if ((kind === "BU" && !place.buurten.has(wish.code)) || (kind === "WK" && !place.wijken.has(wish.code))) {
      return fail(`Deze ${KINDS[kind]} staat niet bij de cijfers van ${place.naam}.`);
    }
    if (shown?.code !== wish.gemeente) layOut(wish.gemeente, place);
    shown.map?.paint(measure(place), wish.code);
    shown.table(wish.code);
    fillCard(wish.code, place);
    document.title = `${nameOf(wish.code, place)} – ${title}`;
    if (moved) {
      const heading = parts.card.querySelector("h2");
      heading.focus({ preventScroll: true });
      const { top, bottom } = heading.getBoundingClientRect();
      if (top < 60 || bottom > innerHeight) heading.scrollIntoView({ block: "start" });
    }
  }

  function fail(message) {
    shown = null;
    parts.result.hidden = false;
    parts.result.replaceChildren(html("p", { class: "vk-vind-melding", role: "alert" }, message));
  }

  const measures = (place) => known.maten.filter((one) => place.blad || !one.bleek);
  const measure = (place) => measures(place).find((one) => one.id === asked()?.maat) ?? measures(place)[0];
  const nameOf = (code, place) => place.buurten.get(code)?.buurtnaam ?? place.wijken.get(code)?.wijknaam ?? place.naam;

  // --- a gemeente: card, map, table -----------------------------------------------------------------------------

  function layOut(code, place) {
    parts.card = html("section", { class: "vk-kaartje", "aria-labelledby": "vk-kaartje-naam" });
    const map = place.kaart ? drawMap(code, place) : null;
    const noMap = html("p", { class: "vk-vind-melding" }, `Van ${place.naam} is geen kaart met de grenzen van nu. De cijfers staan in de tabel.`);
    const table = drawTable(code, place);
    parts.result.hidden = false;
    parts.result.replaceChildren(
      html("div", { class: "vk-vind-vak" }, parts.card,
        html("section", { class: "vk-kaart", "aria-labelledby": "vk-kaart-titel" },
          html("h2", { id: "vk-kaart-titel", tabindex: "-1" }, `${place.naam} op de kaart`), map ? map.element : noMap)),
      html("section", { "aria-labelledby": "vk-tabel-kop" }, html("h2", { id: "vk-tabel-kop" }, `Alle buurten van ${place.naam}`), table.element));
    shown = { code, place, map, table: table.mark };
    map?.fit();
    table.ready();
  }

  const linkTo = (code, text) => html("a", { href: address(code), "data-code": code }, text);

  // --- sentences: what it comes to, and how sure it is -----------------------------------------------------------

  const safer = (row) => (row.type.includes("veiliger") ? "veiliger" : "minder veilig");
  const years = () => `${known.jaren[0]}–${known.jaren.at(-1)}`;
  const safety = (row) => row[`onv_${known.jaar}`];

  const FEW = 0.1; // one of the least safe, or of the safest: a tenth of the buurten
  const MIDDLE = 0.4; // between this share and what is left at the other end: about the middle

  // Where a buurt stands in its gemeente on safety itself. This comes first: "safer than expected" is not "safe".
  function standing(row, others, place) {
    const value = safety(row);
    const all = others.map(safety).filter((each) => each !== null);
    if (value === null || all.length < 2) return "";
    const [less, more_] = [all.filter((each) => each < value).length, all.filter((each) => each > value).length];
    const [side, count] = less < more_ ? ["minder veilig", less] : ["veiliger", more_];
    const share = count / all.length;
    const end = side === "veiliger" ? "veiligste" : "minst veilige";
    const of = `van de ${number(all.length)} buurten met een cijfer`;
    if (count === 0) return `In ${known.jaar} de ${end} buurt van ${place.naam}, ${of}.`;
    const counted_ = `${of} ${form(count, "is", "zijn")} er ${number(count)} nog ${side}`;
    if (share < FEW) return `In ${known.jaar} een van de ${end} buurten van ${place.naam}: ${counted_}.`;
    if (share < MIDDLE) return `In ${known.jaar} ${side} dan de meeste buurten van ${place.naam}: ${counted_}.`;
    return `In ${known.jaar} ongeveer in het midden van ${place.naam}: ${of} ${form(less, "is", "zijn")} er ${number(less)} minder veilig en ${number(more_)} veiliger.`;
  }

  // How sure it is that a buurt is safer or less safe than expected; the card, the map and the table ask it here.
  function grade(row) {
    if (row.laag === null) return null;
    if (row.laag > 0 || row.hoog < 0) return "zeker";
    return row.type === measuresPale() ? "onbekend" : "waarschijnlijk";
  }

  // How it compares with what its incomes lead one to expect, and how sure that is.
  function conclusion(row, place) {
    if (!place.blad) return elsewhere(place);
    if (row.afwijking === null) return withoutDeviation(row, place);
    const sure = grade(row);
    if (!sure) return `${place.naam} heeft te weinig buurten om te zeggen hoe zeker het is dat deze buurt afwijkt van wat bij haar inkomens past.`;
    const than = "dan buurten in de stad met even veel zeer lage inkomens";
    const span = `de marge van 95 % loopt van ${margin(row.laag, row.hoog)}`;
    if (sure === "onbekend") return `Over ${years()} niet te onderscheiden van buurten in de stad met even veel zeer lage inkomens: ${span}, dus van minder veilig tot veiliger.`;
    const side = row.afwijking > 0 ? "veiliger" : "minder veilig";
    if (row.type === measuresPale()) {
      return `Over ${years()} ${side} ${than}. Dat is zeker genoeg om te zeggen: ${span}. Of de buurt zelf veel of weinig zeer lage inkomens heeft, ligt op de grens. Daarom is zij op de kaart bleek.`;
    }
    const incomes = `${row.type.startsWith("veel") ? "Veel" : "Weinig"} zeer lage inkomens voor ${place.naam}.`;
    if (sure === "zeker") return `${incomes} Over ${years()} ${side} ${than}. Dat is zeker genoeg om te zeggen: ${span}.`;
    const many = Math.min(99, Math.floor(100 * row.zeker));
    return `${incomes} Over ${years()} waarschijnlijk ${side} ${than} (${many} van de 100 berekeningen), maar niet helemaal zeker: ${span}.`;
  }

  const measuresPale = () => known.maten.find((one) => one.bleek).bleek;

  function elsewhere(place) {
    return `${place.naam} heeft geen stadsblad: dat is er voor gemeenten met ${number(known.grens)} inwoners of meer. Daarom is er geen afwijking van verwachting, en staan hier alleen de cijfers zelf.`;
  }

  // Why a buurt has no place among those that are compared: the same reason as everywhere in the book.
  const why = (row, place) => place.redenen[place.waarom[row.code]];

  function withoutDeviation(row, place) {
    return `Deze buurt heeft geen afwijking van verwachting: ${why(row, place)}.`;
  }

  function missing(row) {
    const gaps = [];
    const places_ = shown.place.kaart;
    if (row.inwoners_2017 === null) gaps.push(`Inwoners en inkomen: ${why(row, shown.place)}.`);
    else if (row.pct_sociaal_minimum_2017 === null) gaps.push("Zeer laag inkomen: het CBS geeft het niet.");
    if (row.onv_2018 === null) gaps.push("Veiligheid in 2018: de Leefbaarometer geeft hier geen score.");
    if (row.misdrijven_per_1000 === null) gaps.push("Misdrijven: de buurt van 2024 is niet zeker dezelfde, er wonen te weinig mensen voor een cijfer per inwoner, of de politie plaatste de misdrijven van deze gemeente niet per buurt.");
    if (places_ && !places_.vlakken[row.code] && !places_.punten[row.code]) gaps.push("Plek op de kaart: die is niet zeker. De buurt staat wel in de tabel.");
    return gaps;
  }

  // How many buurten are safer or less safe than expected, as the city's own page counts them.
  function counted(rows, place) {
    if (!place.blad) return elsewhere(place);
    const typed = rows.filter((row) => row.afwijking !== null);
    if (!typed.length) return "Van deze buurten is geen afwijking van verwachting bekend.";
    const sure = typed.filter((row) => row.type !== measuresPale());
    const count = (kind) => number(sure.filter((row) => safer(row) === kind).length);
    const rest = rows.length - typed.length;
    return `Veiliger dan bij de inkomens past: ${count("veiliger")} van de ${number(typed.length)} ${form(typed.length, "buurt", "buurten")} met alle cijfers. Minder veilig: ${count("minder veilig")}. ` +
      `Van ${number(typed.length - sure.length)} is het niet te zeggen.${rest ? ` ${rest === 1 ? "Eén buurt doet" : `Nog ${number(rest)} buurten doen`} niet mee; bij elke buurt staat waarom.` : ""}`;
  }

  // --- the card -------------------------------------------------------------------------------------------------

  function fillCard(code, place) {
    const row = place.buurten.get(code) ?? place.wijken.get(code) ?? null;
    const fillers = { BU: cardOfBuurt, WK: cardOfWijk, GM: cardOfGemeente };
    const [kicker, said, ...rest] = fillers[code.slice(0, 2)](row, place, code);
    parts.card.replaceChildren(
      html("p", { class: "vk-kaartje-waar" }, kicker),
      html("h2", { id: "vk-kaartje-naam", tabindex: "-1" }, nameOf(code, place)),
      html("div", { class: "vk-kaartje-kern" }, said.filter(Boolean).map((each) => html("p", {}, each))),
      ...begin(row, place), ...rest, origin(row, place), links(code, place));
  }

  // The way to the page of the city, and whether this buurt is one to start with there.
  function begin(row, place) {
    if (!place.blad) return [];
    const link = html("a", { href: `${place.blad}.html#waar-beginnen`, class: "vk-kaartje-begin" }, `Waar beginnen in ${place.naam}?`);
    return [html("p", { class: "vk-kaartje-eerst" }, link, row && place.buurten.has(row.code) ? html("span", {}, ` ${whetherFirst(row, place)}`) : "")];
  }

  function whetherFirst(row, place) {
    const { buurten, inkomen } = place.begin;
    if (buurten.includes(row.code)) return `Deze buurt staat op het stadsblad bij de ${number(buurten.length)} ${form(buurten.length, "buurt", "buurten")} om mee te beginnen.`;
    const not = "Deze buurt staat op het stadsblad niet bij de buurten om mee te beginnen";
    if (row.afwijking === null) return `${not}: ${why(row, place)}.`;
    const own = row.pct_sociaal_minimum_2017;
    if (inkomen === null || own === null) return `${not}.`;
    if (own <= inkomen) return `${not}: zij heeft niet meer zeer lage inkomens dan de stad (${percent(own)} tegen gemiddeld ${percent(inkomen)}).`;
    return `${not}: van de buurten met meer zeer lage inkomens dan de stad ${form(buurten.length, "is", "zijn")} er ${number(buurten.length)} minder veilig (${years()}).`;
  }

  const gemeenteCode = (code) => `GM${code.slice(2, 6)}`;

  function cardOfBuurt(row, place, code) {
    const wijk = place.wijken.get(row.wijkcode);
    const others = [...place.buurten.values()];
    const gaps = missing(row);
    return [
      ["Buurt in ", ...(wijk ? [linkTo(row.wijkcode, wijk.wijknaam), ", "] : []), linkTo(gemeenteCode(code), place.naam)],
      [standing(row, others, place), conclusion(row, place)],
      figures([...figuresOf(row), ...(place.blad ? uncertain(row, others) : []), ...more(row)], `Cijfers van ${row.buurtnaam}`),
      strip(row, others, place, "onv"), place.blad ? strip(row, others, place, "afwijking") : null,
      gaps.length ? html("div", { class: "vk-ontbreekt" }, html("h3", {}, "Wat ontbreekt"), html("ul", {}, gaps.map((gap) => html("li", {}, gap)))) : null,
    ].map((part) => part ?? "");
  }

  function cardOfWijk(row, place, code) {
    const own = [...place.buurten.values()].filter((one) => one.wijkcode === code);
    return [
      ["Wijk in ", linkTo(gemeenteCode(code), place.naam)], [counted(own, place)],
      figures(figuresOf(row), `Cijfers van ${row.wijknaam}`),
      html("p", { class: "vk-kaart-uitleg" }, "De cijfers van een wijk zijn het gemiddelde van haar buurten, gewogen naar inwoners."),
      listOf(own.map((one) => [one.code, one.buurtnaam]), "Buurten in deze wijk"),
    ];
  }

  function cardOfGemeente(_row, place) {
    const own = [...place.buurten.values()];
    const rows = place.kern
      ? place.kern.map(([what, value, middle, rank_, decimals]) => [what, number(value, decimals), `midden van de grote steden: ${number(middle, decimals)}; plaats ${rank_}`])
      : [["Inwoners (2017)", number(place.inwoners)], ["Buurten", number(own.length), "ook die zonder cijfers"]];
    return [
      place.blad ? "Gemeente met een eigen stadsblad" : "Gemeente", [counted(own, place)], figures(rows, `Cijfers van ${place.naam}`),
      place.kern ? html("p", { class: "vk-kaart-uitleg" }, "Plaats 1 is het hoogste cijfer. Dezelfde cijfers staan met hun bron op het stadsblad.") : "",
      listOf([...place.wijken.values()].map((one) => [one.code, one.wijknaam]), "Wijken"),
    ];
  }

  function listOf(items, heading) {
    const sorted = items.sort((a, b) => byName(a[1], b[1]));
    const list = html("ul", { class: "vk-kolommen", role: "list" }, sorted.map(([code, name]) => html("li", {}, linkTo(code, name))));
    if (sorted.length > MOST_NAMES) return html("details", { class: "vk-namen" }, html("summary", {}, `${heading} (${sorted.length})`), list);
    return html("div", {}, html("h3", {}, heading), list);
  }

  const term = (id, text) => html("a", { href: `begrippen.html#term-${id}` }, text);

  function figuresOf(row) {
    return [
      ["Inwoners (2017)", number(row.inwoners_2017)],
      ["Huishoudens met een zeer laag inkomen (2017)", percent(row.pct_sociaal_minimum_2017)],
      ...known.jaren.map((year, k) => [`Veiligheid ${year}`, number(row[`onv_${year}`], 2),
        k ? "" : [term("onv", "score overlast en onveiligheid"), ": hoger is veiliger, 0 is het vaste nulpunt"]]),
    ];
  }

  const percent = (value) => (value === null ? NOTHING : `${number(value, 1)} %`);

  function uncertain(row, others) {
    const [ranked, buurten] = [others.filter((one) => one.rang !== null).length].flatMap((all) => [number(all), form(all, "buurt", "buurten")]);
    const span = row.laag === null ? "" : `marge van 95 %: ${margin(row.laag, row.hoog)}; `;
    const place_ = row.rang === null ? NOTHING : `${number(row.rang)} van ${ranked}`;
    const about = row.rang_laag === null ? "" : `ergens tussen plaats ${number(row.rang_laag)} en ${number(row.rang_hoog)} van de ${ranked} ${buurten} met alle cijfers; `;
    return [
      [`Afwijking van verwachting (${years()})`, number(row.afwijking, 2),
        [span, term("afwijking-van-verwachting", "verschil met wat bij haar inkomens past")]],
      ["Plaats in de stad, gelet op haar inkomens", place_, `${about}1 is het minst veilig voor haar inkomens`],
    ];
  }

  function more(row) {
    const rows = [[`Misdrijven per 1.000 inwoners per jaar (${known.misdrijfjaren})`, number(row.misdrijven_per_1000, 0), "geregistreerd door de politie; wat bezoekers overkomt, telt ook mee"]];
    if (row.pct_corporatie_2017 !== null) rows.push(["Woningen van corporaties (2017)", percent(row.pct_corporatie_2017)]);
    return rows;
  }

  // Where the figures on the card come from, once.
  function origin(row, place) {
    const { bronnen } = known;
    const texts = row
      ? [`inwoners en inkomen: ${bronnen.inkomen}`, `veiligheid: ${bronnen.veiligheid}`, place.buurten.has(row.code) ? `misdrijven: ${bronnen.misdrijven}` : "",
        (row.pct_corporatie_2017 ?? null) !== null ? `corporaties: ${bronnen.corporatie}` : ""]
      : place.kern ? [] : [`inwoners: ${bronnen.inkomen}`, `buurten: ${bronnen.indeling}`];
    const said = texts.filter(Boolean);
    return said.length ? html("p", { class: "vk-bron" }, `Bronnen: ${said.join("; ")}.`) : "";
  }

  function figures(rows, label) {
    return html("table", { class: "vk-cijfers" }, html("caption", {}, label),
      html("tbody", {}, rows.map(([what, value, note]) =>
        html("tr", {}, html("th", { scope: "row" }, what, note?.length ? html("small", {}, note) : ""), html("td", {}, value)))));
  }

  // Where this buurt stands among all buurten of its gemeente: a line with a stroke for each.
  function strip(row, others, place, id) {
    const one = known.maten.find((each) => each.id === id);
    const value = row[one.kolom];
    const all = others.map((other) => other[one.kolom]).filter((other) => other !== null);
    if (value === null || all.length < 2) return null;
    const [low, high] = id === "afwijking" && row.laag !== null ? [row.laag, row.hoog] : [value, value];
    const ends = [Math.min(0, low, ...all), Math.max(0, high, ...all)];
    const at = (each) => `${(2 + (96 * (each - ends[0])) / (ends[1] - ends[0])).toFixed(2)}%`;
    const lower = all.filter((other) => other < value).length;
    const which = id === "onv" ? "met een cijfer voor veiligheid" : "met alle cijfers";
    const text = `van de ${number(all.length)} buurten van ${place.naam} ${which} ${form(lower, "scoort", "scoren")} er ${number(lower)} lager dan deze.`;
    const drawing = svg("svg", { role: "img", "aria-label": `${one.naam}: ${text}`, class: "vk-strook", height: "46", width: "100%" },
      svg("line", { x1: at(0), x2: at(0), y1: "2", y2: "44", class: "vk-strook-nul" }),
      all.map((other) => svg("line", { x1: at(other), x2: at(other), y1: "14", y2: "32", class: "vk-strook-ander" })),
      low < high ? svg("line", { x1: at(low), x2: at(high), y1: "23", y2: "23", class: "vk-strook-marge" }) : "",
      svg("circle", { cx: at(value), cy: "23", r: "7", class: "vk-strook-eigen", fill: colour(one, row) }));
    return html("figure", { class: "vk-strook-vak" },
      html("figcaption", {}, html("strong", {}, one.naam), `: ${text} De stippellijn is ${id === "onv" ? "het vaste nulpunt van de Leefbaarometer" : "de verwachting"}${low < high ? ", de balk de marge van 95 %" : ""}.`),
      drawing, html("div", { class: "vk-strook-einden", "aria-hidden": "true" }, html("span", {}, "← minder veilig"), html("span", {}, "veiliger →")));
  }

  function links(code, place) {
    const kind = KINDS[code.slice(0, 2)];
    const items = [
      place.blad ? html("a", { href: `${place.blad}.html` }, `Stadsblad van ${place.naam}`) : null,
      place.csv ? html("a", { href: place.csv, download: true }, `Cijfers van alle buurten van ${place.naam} (CSV)`) : null,
      html("a", { href: "begrippen.html" }, "Begrippen"),
      shown.map ? html("a", { href: "#vk-kaart-titel", class: "vk-naar-kaart" }, "Naar de kaart") : null,
    ].filter(Boolean);
    const list = html("ul", { class: "vk-kaartje-links" }, items.map((item) => html("li", {}, item)), html("li", {}, copyLink(kind)));
    list.querySelector(".vk-naar-kaart")?.addEventListener("click", (event) => {
      event.preventDefault(); // the address keeps the area
      const title = document.getElementById("vk-kaart-titel");
      title.focus({ preventScroll: true });
      title.scrollIntoView();
    });
    if (place.blad) return list;
    return html("div", {}, html("p", { class: "vk-zelf" }, "Een blad voor deze gemeente kunt u zelf laten maken: ",
      html("code", {}, `python -m analysis run stadsblad --gemeente "${place.naam}"`), ". Zijn er te weinig buurten met alle cijfers, dan zegt het programma dat."), list);
  }

  function copyLink(kind) {
    const button = html("button", { type: "button" }, `Kopieer de link naar deze ${kind}`);
    const said = html("span", { role: "status" });
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(location.href);
        said.textContent = " Gekopieerd.";
      } catch {
        // Without the right to copy (a page without https): the reader copies the address from a field.
        const field = html("input", { type: "text", readonly: true, value: location.href, "aria-label": "Adres om te kopiëren" });
        said.replaceChildren(" ", field);
        field.select();
      }
    });
    return html("span", {}, button, said);
  }

  // --- the map --------------------------------------------------------------------------------------------------

  // The class of the value as it is shown: what reads 0,05 is not "minder dan 0,05".
  const classOf = (one, value) => one.grenzen.filter((limit) => Number(value.toFixed(one.decimalen)) >= limit).length;
  const NO_COLOUR = "var(--vk-kleur-geen)";
  const classColour = (one, k, pale = false) => `var(--vk-kleur-${one.id}-${k}${pale ? "-bleek" : ""})`;
  const colour = (one, row, pale = false) => (row[one.kolom] === null ? NO_COLOUR : classColour(one, classOf(one, row[one.kolom]), pale));

  // Towards the middle of the scale: a colour of its own, as pale on a dark page as on a light one.
  function paler(hex, scale) {
    const parts_ = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
    const middle = parts_(scale[Math.floor(scale.length / 2)]);
    return `rgb(${parts_(hex).map((part, k) => Math.round(0.35 * part + 0.65 * middle[k])).join(" ")})`;
  }

  // The colours as variables: other ones on a dark screen; paper is white.
  function addColours() {
    const lines = (scale, none) => [`--vk-kleur-geen: ${none}`, ...known.maten.flatMap((one) => one[scale].flatMap((hex, k) =>
      [`--vk-kleur-${one.id}-${k}: ${hex}`, ...(one.bleek ? [`--vk-kleur-${one.id}-${k}-bleek: ${paler(hex, one[scale])}`] : [])]))].join("; ");
    document.head.append(html("style", {}, `html { ${lines("kleuren", known.geen.kleur)} }`,
      `@media screen { html[data-theme="dark"] { ${lines("donker", known.geen.donker)} } }`));
  }

  const isPale = (one, row) => Boolean(one.bleek) && row[one.kolom] !== null && row.type === one.bleek;

  function valueText(one, row) {
    const value = row[one.kolom];
    if (value === null) return "geen cijfer";
    const text = one.eenheid.startsWith("%") ? `${number(value, one.decimalen)} %` : number(value, one.decimalen);
    if (isPale(one, row)) return `${text}, niet te onderscheiden van de verwachting`;
    return one.bleek && grade(row) === "waarschijnlijk" ? `${text}, waarschijnlijk ${safer(row)} dan verwacht` : text;
  }

  function drawMap(code, place) {
    const drawn = place.kaart;
    const rows = [...place.buurten.values()];
    const areas = rows.filter((row) => drawn.vlakken[row.code]).map((row) => area(row, drawn.vlakken[row.code]))
      .concat(rows.filter((row) => drawn.punten[row.code]).sort((a, b) => (b.inwoners_2017 ?? 0) - (a.inwoners_2017 ?? 0)).map((row) => dot(row, drawn.punten[row.code])));
    const polygons = Object.keys(drawn.vlakken).length > 0;
    const tip = html("div", { class: "vk-tip", role: "status", "aria-hidden": "true", hidden: true });
    const look = html("button", { type: "button" }, "Bekijk");
    const background = svg("g", { "aria-hidden": "true" }, Object.entries(drawn.wijken).map(([wijk, [, d]]) => svg("path", { d, class: "vk-wijk", "data-wijk": wijk })));
    const labels = svg("g", { "aria-hidden": "true", class: "vk-wijknamen" });
    const map = svg("svg", {
      viewBox: `0 0 ${drawn.breed} ${drawn.hoog}`, role: "listbox", "aria-label": `Kaart van de buurten van ${place.naam}`, "aria-describedby": "vk-kaart-uitleg",
      class: polygons ? "vk-plaat vk-vlakken" : "vk-plaat",
    });
    // Dots lie on the wijken and their names; outlines of buurten lie under them.
    const front = svg("g", { role: "presentation" }, areas.map((one) => one.element));
    map.append(svg("path", { d: drawn.omtrek, class: "vk-omtrek", "aria-hidden": "true" }));
    map.append(...(polygons ? [front, background, labels] : [background, labels, front]));
    const frame = html("div", { class: "vk-plaat-vak" }, map, tip);
    const drag = html("p", { class: "vk-kaart-uitleg vk-slepen", hidden: true }, "De kaart is nu groter dan het vak. Sleep haar om de rest te zien.");
    const larger = html("button", { type: "button", class: "vk-groter", "aria-pressed": "false" }, "Grotere kaart");
    larger.addEventListener("click", () => {
      const large = frame.classList.toggle("vk-groot");
      larger.setAttribute("aria-pressed", String(large));
      drag.hidden = !large;
      fit();
      bring(middle);
    });
    dragged(frame);
    const legend = html("div", { class: "vk-legenda" });
    const choice = measureChoice(place);
    const without = rows.length - areas.length;
    const notes = [
      polygons ? "" : "Een stip is een buurt: hoe groter, hoe meer inwoners. Stippen staan ongeveer goed, op 300 meter na. De lijnen zijn wijken.",
      without ? `Van ${number(without)} van de ${number(rows.length)} ${form(rows.length, "buurt", "buurten")} is de plek niet zeker; die ${form(without, "staat", "staan")} alleen in de tabel.` : "",
    ].filter(Boolean).join(" ");
    const element = html("div", {}, choice.element,
      html("p", { class: "vk-kaart-uitleg", id: "vk-kaart-uitleg" }, "Wijs een buurt aan of tik erop.",
        html("span", { class: "vk-toetsen" }, " Met het toetsenbord: pijltjes om te lopen, Page Up en Page Down langs de namen, Enter om te kiezen.")),
      drag, frame, larger, legend, notes ? html("p", { class: "vk-kaart-uitleg" }, notes) : "");
    let one = null;
    let current = areas[0] ?? null;
    let held = null; // what a finger pointed at
    let middle = centre(areas); // what a larger map shows first
    const room = spacing(areas);

    function paint(measure_, chosen) {
      one = measure_;
      choice.set(one.id);
      for (const each of areas) {
        each.shape.setAttribute("fill", colour(one, each.row, isPale(one, each.row)));
        fill(each.element, { "aria-label": `${each.row.buurtnaam}: ${valueText(one, each.row)}`, "aria-selected": String(each.row.code === chosen) }, []);
        each.element.classList.toggle("vk-buiten", chosen.startsWith("WK") && each.row.wijkcode !== chosen);
      }
      for (const path of background.children) path.classList.toggle("vk-gekozen", path.dataset.wijk === chosen || path.dataset.wijk === place.buurten.get(chosen)?.wijkcode);
      const own = areas.find((each) => each.row.code === chosen);
      if (own) own.element.parentNode.append(own.element); // on top of its neighbours
      middle = own ?? centre(areas);
      stop(own ?? current);
      legend.replaceChildren(legendOf(one, rows.some((row) => row[one.kolom] === null), polygons));
      point(null);
      if (own) bring(own);
    }

    // The middle of a larger map.
    function bring({ x, y }) {
      if (!frame.classList.contains("vk-groot")) return;
      const scale = map.clientWidth / drawn.breed;
      frame.scrollTo(x * scale - frame.clientWidth / 2, y * scale - frame.clientHeight / 2);
    }

    // One stop for the Tab key; arrows move it.
    function stop(each) {
      current?.element.setAttribute("tabindex", "-1");
      current = each;
      current?.element.setAttribute("tabindex", "0");
    }

    // Tells what it is. For a finger it stays, with a button: a tap is not yet a choice.
    function point(each, stays = false) {
      held = stays ? each : null;
      tip.classList.toggle("vk-blijft", stays);
      tip.setAttribute("aria-hidden", String(!stays)); // the area itself has the same text
      for (const other of areas) other.element.classList.toggle("vk-aan", other === each);
      tip.hidden = !each;
      if (!each) return;
      tip.replaceChildren(html("strong", {}, each.row.buurtnaam), html("br"), place.wijken.get(each.row.wijkcode)?.wijknaam ?? "", html("br"), `${one.naam}: ${valueText(one, each.row)}`, ...(stays ? [look] : []));
      [tip.style.left, tip.style.top] = ["", ""];
      if (stays) return; // it stands below the map, where it covers no other buurt
      const scale = map.clientWidth / drawn.breed;
      const [least, most] = [frame.scrollLeft, frame.scrollLeft + frame.clientWidth - tip.offsetWidth];
      tip.style.left = `${Math.max(least, Math.min(each.x * scale - tip.offsetWidth / 2, most))}px`;
      const above = each.y * scale - tip.offsetHeight - 14;
      tip.style.top = `${above > frame.scrollTop ? above : each.y * scale + 14}px`;
    }

    function nearest(event) {
      const hit = areas.find((each) => each.element.contains(event.target));
      if (hit) return hit;
      const box = map.getBoundingClientRect();
      const scale = drawn.breed / box.width;
      const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
      const edge = (each) => Math.hypot(each.x - x, each.y - y) - Number(each.shape.getAttribute("r") ?? 0);
      const near = areas.map((each) => [edge(each), each]).sort((a, b) => a[0] - b[0])[0];
      return near && near[0] < 22 * scale ? near[1] : null; // a finger's breadth
    }

    function beside(dx, dy) {
      const score = (each) => {
        const [x, y] = [each.x - current.x, each.y - current.y];
        const [along, across] = [x * dx + y * dy, Math.abs(x * dy) + Math.abs(y * dx)];
        return along > 0 && across <= 2 * along ? along + 2 * across : Infinity;
      };
      return areas.filter((each) => score(each) < Infinity).sort((a, b) => score(a) - score(b))[0] ?? current;
    }

    const inOrder = [...areas].sort((a, b) => byName(a.row.buurtnaam, b.row.buurtnaam));
    const along = (step) => inOrder[(inOrder.indexOf(current) + step + inOrder.length) % inOrder.length];
    const moves = {
      ArrowLeft: () => beside(-1, 0), ArrowRight: () => beside(1, 0), ArrowUp: () => beside(0, -1), ArrowDown: () => beside(0, 1),
      PageUp: () => along(-1), PageDown: () => along(1), Home: () => inOrder[0], End: () => inOrder.at(-1),
    };

    const passing = () => { if (!held) point(null); };
    let mouse = true; // what points: a mouse, or a finger or pen
    map.addEventListener("pointerdown", (event) => { mouse = event.pointerType === "mouse"; });
    map.addEventListener("pointermove", (event) => event.pointerType === "mouse" && point(nearest(event)));
    map.addEventListener("pointerleave", passing);
    map.addEventListener("click", (event) => {
      const each = nearest(event);
      if (each && (mouse || each === held)) { stop(each); go(each.row.code); }
      else point(each, Boolean(each));
    });
    look.addEventListener("click", () => go(held.row.code));
    map.addEventListener("focusin", (event) => { if (mouse) point(areas.find((each) => each.element === event.target)); });
    map.addEventListener("focusout", passing);
    map.addEventListener("keydown", (event) => {
      if (!current || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); go(current.row.code); }
      else if (event.key === "Escape") point(null);
      else if (moves[event.key]) {
        event.preventDefault();
        mouse = true; // keys point as a mouse does
        stop(moves[event.key]());
        current.element.focus({ preventScroll: true });
        bring(current);
      }
    });

    // Sizes are in pixels of the screen, whatever the size of the map.
    function fit() {
      if (!map.clientWidth) return;
      const scale = drawn.breed / map.clientWidth;
      map.style.setProperty("--k", scale);
      for (const each of areas) each.fit?.(scale * Math.min(1, Math.max(0.5, room / scale / ROOM)));
      if (!polygons) nameWijken(labels, background.children, drawn.wijken, areas, scale);
    }
    new ResizeObserver(fit).observe(map);
    return { element, paint, fit };
  }

  // A finger drags what is larger than its frame by itself; a mouse needs help. What was dragged was not clicked.
  function dragged(frame) {
    let from = null;
    let moved = false;
    frame.addEventListener("pointerdown", (event) => {
      moved = false;
      if (event.pointerType === "mouse" && frame.classList.contains("vk-groot")) from = [event.clientX + frame.scrollLeft, event.clientY + frame.scrollTop];
    });
    frame.addEventListener("pointermove", (event) => {
      if (!from || !event.buttons) return;
      const [left, top] = [from[0] - event.clientX, from[1] - event.clientY];
      moved ||= Math.hypot(left - frame.scrollLeft, top - frame.scrollTop) > NUDGE;
      if (moved) frame.scrollTo(left, top);
    });
    for (const end of ["pointerup", "pointerleave"]) frame.addEventListener(end, () => { from = null; });
    frame.addEventListener("click", (event) => { if (moved) event.stopPropagation(); }, true);
  }

  const centre = (areas) => {
    const middle = (key) => areas.map((each) => each[key]).sort((a, b) => a - b)[Math.floor(areas.length / 2)] ?? 0;
    return { x: middle("x"), y: middle("y") };
  };

  // How far the nearest other area usually is, in units of the map.
  function spacing(areas) {
    const nearest = areas.map((each) => Math.min(...areas.map((other) => (other === each ? Infinity : Math.hypot(other.x - each.x, other.y - each.y)))));
    return nearest.sort((a, b) => a - b)[Math.floor(nearest.length / 2)] ?? ROOM;
  }

  const option = (row, ...children) => svg("g", { role: "option", id: `vk-plek-${row.code}`, tabindex: "-1", class: "vk-plek" }, ...children);

  function area(row, [d, x, y]) {
    const shape = svg("path", { d });
    return { row, x, y, shape, element: option(row, shape) };
  }

  function dot(row, [x, y]) {
    const shape = svg("circle", { cx: x, cy: y, r: 1 });
    // The area of a dot grows with its inhabitants, within what can be seen and what does not cover the rest.
    const radius = Math.min(12, Math.max(3.5, Math.sqrt(row.inwoners_2017 ?? 0) / 9));
    return { row, x, y, shape, element: option(row, shape), fit: (scale) => shape.setAttribute("r", (radius * scale).toFixed(1)) };
  }

  // Names of wijken, each within its own wijk, where they meet neither a dot nor each other; the others stay out.
  function nameWijken(labels, paths, wijken, areas, scale) {
    const taken = areas.map((each) => { const r = Number(each.shape.getAttribute("r")); return [each.x - r, each.y - r, each.x + r, each.y + r]; });
    const meets = (box) => taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
    labels.replaceChildren();
    for (const path of paths) {
      const [name, , x, y] = wijken[path.dataset.wijk];
      const text = name.replace(/^Wijk \d+ /, "");
      const [half, high] = [text.length * 3.1 * scale, 7 * scale];
      for (const step of STEPS) {
        const at = { x, y: y + step * scale };
        const box = [x - half, at.y - high, x + half, at.y + high];
        if (box[0] < 0 || meets(box) || !path.isPointInFill(new DOMPoint(at.x, at.y))) continue;
        taken.push(box);
        labels.append(svg("text", at, text));
        break;
      }
    }
  }

  function measureChoice(place) {
    const inputs = measures(place).map((one) => {
      const input = html("input", { type: "radio", name: "maat", value: one.id });
      input.addEventListener("change", () => {
        history.replaceState(null, "", location.pathname + location.search + address(asked().code, one.id));
        show(false);
      });
      return [input, html("label", {}, input, ` ${one.naam}`)];
    });
    return {
      element: html("fieldset", { class: "vk-maten" }, html("legend", {}, "Kleur de kaart naar"), inputs.map(([, label]) => label)),
      set: (id) => inputs.forEach(([input]) => { input.checked = input.value === id; }),
    };
  }

  function legendOf(one, gaps, polygons) {
    const limits = one.grenzen;
    const text = (k) => {
      const edge = (limit) => number(limit, Number.isInteger(limit) ? 0 : one.decimalen);
      if (k === 0) return `minder dan ${edge(limits[0])}: ${one.uiteinden[0]}`;
      if (k === limits.length) return `${edge(limits.at(-1))} of meer: ${one.uiteinden[1]}`;
      return `${edge(limits[k - 1])} tot ${edge(limits[k])}`;
    };
    const swatch = (words, ...fills) =>
      html("li", {}, fills.map((each) => svg("svg", { width: "18", height: "18", "aria-hidden": "true" }, svg("circle", { cx: 9, cy: 9, r: 7, fill: each, class: "vk-staal" }))), html("span", {}, words));
    return html("div", {}, html("p", {}, html("strong", {}, `${one.naam} (${one.eenheid})`), `. ${one.uitleg}`),
      html("ul", { role: "list" }, one.kleuren.map((_, k) => swatch(text(k), classColour(one, k))), gaps ? swatch("geen cijfer", NO_COLOUR) : "",
        one.bleek ? swatch(`bleek: niet te onderscheiden van de verwachting. Minder dan ${one.zeker} van de 100 berekeningen geven dezelfde uitkomst. Bij ${one.zeker} of meer is de kleur vol: dan is het waarschijnlijk of zeker.`,
          classColour(one, 0, true), classColour(one, one.kleuren.length - 1, true)) : ""),
      html("p", { class: "vk-bron" }, `Bron: ${one.bron}; kaart: ${polygons ? "Gemeente Amsterdam" : "CBS/Kadaster"}.`));
  }

  // --- the table: the same, for who does not use the map ----------------------------------------------------------

  function columns(place) {
    const own = (decimals, key) => [key, (row) => number(row[key], decimals), (row) => row[key]];
    const list = [
      ["Inwoners", ...own(0, "inwoners_2017")], ["Zeer laag inkomen (%)", ...own(1, "pct_sociaal_minimum_2017")],
      ["Veiligheid", ...own(2, `onv_${known.jaar}`)],
    ];
    if (place.blad) {
      list.push(["Afwijking van verwachting (95 %)", "afwijking", (row) => number(row.afwijking, 2) + (row.laag === null ? "" : ` (${margin(row.laag, row.hoog)})`), (row) => row.afwijking]);
      list.push(["Plaats, gelet op inkomens (95 %)", "rang", (row) => number(row.rang) + (row.rang === null ? "" : ` (${interval(row.rang_laag, row.rang_hoog, 0)})`), (row) => row.rang]);
    }
    list.push(["Misdrijven per 1.000 inwoners per jaar", ...own(0, "misdrijven_per_1000")]);
    return list;
  }

  function drawTable(code, place) {
    const list = columns(place);
    const rows = [...place.buurten.values()].sort((a, b) => byName(a.buurtnaam, b.buurtnaam));
    const body = rows.map((row) => html("tr", { "data-rij": row.code },
      html("th", { scope: "row" }, linkTo(row.code, row.buurtnaam)),
      html("td", { class: "tekst" }, place.wijken.get(row.wijkcode)?.wijknaam ?? NOTHING),
      list.map(([, , text, value]) => html("td", { class: "getal-kolom", "data-sort": value(row) === null ? null : String(value(row)) }, text(row)))));
    const head = html("tr", {}, ["Buurt", "Wijk"].map((name) => html("th", { scope: "col", class: "tekst" }, name)),
      list.map(([name]) => html("th", { scope: "col", class: "getal-kolom" }, name)));
    const table = html("table", { class: "dataframe", "aria-labelledby": "vk-tabel-titel" }, html("thead", {}, head), html("tbody", {}, body));
    const title = html("p", { class: "vk-tabel-titel" }, html("span", { id: "vk-tabel-titel" }, `De ${number(rows.length)} ${form(rows.length, "buurt", "buurten")} van ${place.naam}, ook die zonder alle cijfers: inwoners en inkomen 2017, veiligheid ${known.jaar}, misdrijven ${known.misdrijfjaren}. Kies een naam voor alle cijfers.`),
      place.csv ? " " : "", place.csv ? html("a", { href: place.csv, download: true }, "Cijfers (CSV)") : "");
    const frame = html("div", { class: "vk-tabel-omslag", tabindex: "0", role: "region", "aria-labelledby": "vk-tabel-titel", "data-zoek": "buurt in deze tabel", "data-sorteer": true }, table);
    const links_ = [...table.querySelectorAll("a[data-code]")];
    return {
      element: html("div", {}, title, frame),
      // Searching and sorting are those of every table in the book.
      ready: () => window.vkTabel?.(frame),
      mark: (chosen) => {
        for (const link of links_) {
          link.href = address(link.dataset.code);
          const own = link.dataset.code === chosen;
          if (own) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
          link.closest("tr").classList.toggle("vk-gekozen", own);
        }
      },
    };
  }

  // --- what the scripts with data call ---------------------------------------------------------------------------

  const records = (rows, keys) => new Map(Object.entries(rows).map(([code, row]) =>
    [code, Object.fromEntries([["code", code], ...keys.map((key, k) => [key, row[k] ?? null])])]));

  window.vkNamen = (data) => { names = index(data); };

  window.vkVind = (code, data) => {
    places.set(code, { ...data, buurten: records(data.buurten, data.buurtkolommen), wijken: records(data.wijken, data.wijkkolommen) });
  };

  window.vkMaten = (data) => {
    known = data;
    addColours();
    const app = document.getElementById("vk-vind");
    document.querySelector(".vk-zonder-script")?.remove();
    parts = { result: html("div", { class: "vk-uitkomst", hidden: true }) };
    app.append(parts.result);
    const form = document.querySelector(".bd-article .vk-zoekbuurt");
    if (form) parts.search = addSearch(form);
    // The list of cities leads to the map on this page; without a script it leads to their own pages.
    const codes = Object.fromEntries(Object.entries(data.steden).map(([code, [, page]]) => [`${page}.html`, code]));
    for (const link of document.querySelectorAll(".vk-vind-steden a")) {
      const code = codes[link.getAttribute("href")];
      if (code) link.href = `#${code}`;
    }
    addEventListener("hashchange", () => show(true));
    show(false);
  };
}

"""The stages of a click, and the shipped function that each is. Instructions are counted inside
it, so that neither the loop of the benchmark nor its preparations matter."""

from collections import namedtuple

from callgrind import CountError, count

Stage = namedtuple("Stage", "name bench benchmark function")

STAGES = [
    Stage("parser", "parser", "^parse$", "waymark::redirect::parse_request("),
    Stage("target", "parser", "^parse$", "waymark::redirect::split_target("),
    Stage("cache hit", "cache", "^hit$", "waymark::redirect::LinkCache::find_as("),
    Stage("decide", "decide", "^decide_only/mix$", "waymark::redirect::decide("),
    Stage("token", "token", "^write_click$", "waymark::write_click_token("),
    Stage("cookie read", "token", "^verify_cookie$", "waymark::verify_attribution("),
    Stage("cookie write", "token", "^write_cookie/1$", "waymark::write_attribution("),
    Stage("answer", "decide", "^answer_only/new_visitor$", "waymark::redirect::write_redirect("),
    Stage("click line", "click_line", "^write$", "waymark::write_click_line("),
    Stage("journal append", "journal_append", "^append$",
          "waymark::redirect::JournalWriter::commit("),
    Stage("line parse", "click_line", "^parse$", "waymark::ClickLineParser::parse("),
    Stage("drain parse", "drain_parse", "^read_entries/16384$",
          "waymark::tracker::EntryReader::read("),
]


def chosen(names):
    """The stages of these names; all where there is none. Unknown ones raise CountError."""
    known = {stage.name: stage for stage in STAGES}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise CountError(f"no stage {unknown[0]!r}; there are: {', '.join(known)}")
    return [known[name] for name in names] if names else STAGES


def instructions(bin_folder, stage):
    """Per call: of an entry of the stream for `drain parse`, of a click else."""
    _, costs = count(bin_folder / f"bench_{stage.bench}", stage.benchmark, stage.function)
    return costs[0][0]

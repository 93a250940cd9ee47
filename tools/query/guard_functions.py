"""The functions free SQL may call, twice: as the parser's classes and as the names the engine itself will call."""

from __future__ import annotations

from sqlglot import exp

# Left out on purpose, whatever family they belong to: what reads files, settings, catalogs or the clock (now, current_date),
# what is random, what makes rows or text grow (range, unnest, repeat, lpad, list functions), what runs text as SQL or as a
# pattern (query, regexp), and what returns a value that is not a plain number, text, date or boolean (lists, structs, JSON).

AGGREGATES: tuple[type[exp.Expr], ...] = (
    exp.AnyValue,
    exp.ApproxDistinct,
    exp.ApproxQuantile,
    exp.ArgMax,
    exp.ArgMin,
    exp.Avg,
    exp.Corr,
    exp.Count,
    exp.CountIf,
    exp.CovarPop,
    exp.CovarSamp,
    exp.First,
    exp.GroupConcat,
    exp.Kurtosis,
    exp.Last,
    exp.LogicalAnd,
    exp.LogicalOr,
    exp.Max,
    exp.Median,
    exp.Min,
    exp.Mode,
    exp.PercentileCont,
    exp.PercentileDisc,
    exp.Quantile,
    exp.RegrAvgx,
    exp.RegrAvgy,
    exp.RegrCount,
    exp.RegrIntercept,
    exp.RegrR2,
    exp.RegrSlope,
    exp.Skewness,
    exp.Stddev,
    exp.StddevPop,
    exp.StddevSamp,
    exp.Sum,
    exp.Variance,
    exp.VariancePop,
)

WINDOW_FUNCTIONS: tuple[type[exp.Expr], ...] = (
    exp.CumeDist,
    exp.DenseRank,
    exp.FirstValue,
    exp.Lag,
    exp.LastValue,
    exp.Lead,
    exp.NthValue,
    exp.Ntile,
    exp.PercentRank,
    exp.Rank,
    exp.RowNumber,
)

DATE_FUNCTIONS: tuple[type[exp.Expr], ...] = (
    exp.AtTimeZone,
    exp.Date,
    exp.DateAdd,
    exp.DateDiff,
    exp.DateFromParts,
    exp.DateSub,
    exp.Day,
    exp.Dayname,
    exp.DayOfMonth,
    exp.DayOfWeek,
    exp.DayOfWeekIso,
    exp.DayOfYear,
    exp.Extract,
    exp.Hour,
    exp.LastDay,
    exp.Minute,
    exp.Month,
    exp.Monthname,
    exp.Quarter,
    exp.Second,
    exp.StrToTime,
    exp.TimestampTrunc,
    exp.TimeToStr,
    exp.TimeToUnix,
    exp.ToDays,
    # What other dialects put around a date: a cast here.
    exp.TsOrDsToDate,
    exp.TsOrDsToTimestamp,
    exp.Week,
    exp.WeekOfYear,
    exp.Year,
)

NUMBER_FUNCTIONS: tuple[type[exp.Expr], ...] = (
    exp.Abs,
    exp.Acos,
    exp.Asin,
    exp.Atan,
    exp.Atan2,
    exp.Ceil,
    exp.Cos,
    exp.Degrees,
    exp.Exp,
    exp.Floor,
    exp.Greatest,
    exp.IsInf,
    exp.IsNan,
    exp.Least,
    exp.Ln,
    exp.Log,
    exp.Mod,
    exp.Pi,
    exp.Pow,
    exp.Radians,
    exp.Round,
    exp.Sign,
    exp.Sin,
    exp.Sqrt,
    exp.Tan,
    exp.Trunc,
)

TEXT_FUNCTIONS: tuple[type[exp.Expr], ...] = (
    exp.Concat,
    exp.ConcatWs,
    exp.Contains,
    exp.DPipe,
    exp.EndsWith,
    exp.Left,
    exp.Length,
    exp.Levenshtein,
    exp.Lower,
    exp.Replace,
    exp.Reverse,
    exp.Right,
    exp.SplitPart,
    exp.StartsWith,
    exp.StrPosition,
    exp.Substring,
    exp.Trim,
    exp.Upper,
)

CHOICES: tuple[type[exp.Expr], ...] = (exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Grouping, exp.GroupingId)

FUNCTION_CLASSES: frozenset[type[exp.Expr]] = frozenset(
    AGGREGATES + WINDOW_FUNCTIONS + DATE_FUNCTIONS + NUMBER_FUNCTIONS + TEXT_FUNCTIONS + CHOICES
)


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Functions the parser has no class for: it keeps the name as written.
NAMED_AGGREGATES = names("arbitrary favg fsum geomean mad mean product sem")
NAMED = NAMED_AGGREGATES | names("""
    age century date_part date_sub datepart datesub decade even isfinite isoyear prefix strip_accents strlen suffix timezone
    to_hours to_minutes to_months to_quarters to_seconds to_weeks to_years try_strptime weekday yearweek
""")

OPERATORS = names("+ - * / // % || ~~ !~~ ~~* !~~*")

# What the engine may be told to call. Some are written by the generator in place of what was typed (arg_max for max_by).
ENGINE_FUNCTIONS = (
    NAMED
    | OPERATORS
    | names("""
    any_value approx_count_distinct approx_quantile arg_max arg_min avg bool_and bool_or corr count count_if count_star
    covar_pop covar_samp first kurtosis last listagg max median min mode quantile_cont quantile_disc regr_avgx regr_avgy
    regr_count regr_intercept regr_r2 regr_slope skewness stddev stddev_pop stddev_samp sum var_pop variance
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
    date_diff date_trunc day dayname dayofmonth dayofweek dayofyear epoch hour isodow last_day make_date minute month
    monthname quarter second strftime strptime to_days week weekofyear year
    abs acos asin atan atan2 ceil cos degrees exp floor greatest isinf isnan least ln log pi power radians round sign sin
    sqrt tan trunc
    concat concat_ws contains ends_with left length levenshtein lower ltrim nullif replace reverse right rtrim split_part
    starts_with strpos substring trim upper
    """)
)

# Shown to who asked for another one.
FUNCTION_NAMES = (ENGINE_FUNCTIONS - OPERATORS - {"count_star"}) | names("case coalesce extract log2 log10 max_by min_by mod string_agg")

/** What a function gives, as far as decimal arithmetic must know. */
export type FunctionResult = 'as-arguments' | 'total' | 'integer' | 'float' | 'other';

export interface KnownFunction {
  name: string;
  gives: FunctionResult;
  /** the PostgreSQL function that stands for it, where the name differs */
  postgres?: string;
}

const known = (gives: FunctionResult, names: string): KnownFunction[] => names.split(/\s+/).map((name) => ({ name, gives }));

/** Functions that Redshift has and that PostgreSQL answers alike. Source: AWS, "SQL functions reference". */
const SHARED: readonly KnownFunction[] = [
  ...known(
    'as-arguments',
    'min max coalesce nullif greatest least abs ceil ceiling floor round trunc mod sign lag lead first_value last_value nth_value any_value',
  ),
  ...known('total', 'sum avg'),
  ...known(
    'integer',
    'count row_number rank dense_rank ntile char_length character_length length octet_length strpos position ascii pg_backend_pid',
  ),
  ...known(
    'float',
    'sqrt exp ln log power pow pi random degrees radians stddev stddev_samp stddev_pop variance var_samp var_pop percent_rank cume_dist',
  ),
  ...known(
    'other',
    'lower upper trim btrim ltrim rtrim substring substr left right replace split_part concat lpad rpad repeat reverse initcap md5 translate chr quote_literal quote_ident to_hex date_trunc date_part extract to_char to_date to_timestamp bool_and bool_or current_schema',
  ),
];

/** Functions of Redshift that PostgreSQL lacks, or names otherwise. */
const RENAMED: readonly KnownFunction[] = [
  { name: 'nvl', gives: 'as-arguments', postgres: 'COALESCE' },
  { name: 'len', gives: 'integer', postgres: 'char_length' },
  { name: 'getdate', gives: 'other', postgres: 'emulator.getdate' },
  { name: 'version', gives: 'other', postgres: 'emulator.version' },
  { name: 'current_database', gives: 'other', postgres: 'emulator.current_database' },
  { name: 'pg_last_copy_count', gives: 'integer', postgres: 'emulator.pg_last_copy_count' },
  { name: 'pg_last_copy_id', gives: 'integer', postgres: 'emulator.pg_last_copy_id' },
  { name: 'pg_last_query_id', gives: 'integer', postgres: 'emulator.pg_last_query_id' },
];

const FUNCTIONS: ReadonlyMap<string, KnownFunction> = new Map([...SHARED, ...RENAMED].map((entry) => [entry.name, entry]));

/** Functions of Redshift that this emulator lacks; every other unknown name is answered as Redshift answers it. */
const NOT_EMULATED: ReadonlySet<string> = new Set(
  `dateadd date_add datediff date_diff listagg decode nvl2 median percentile_cont percentile_disc json_extract_path_text
  json_extract_array_element_text json_parse json_serialize json_typeof is_valid_json sha sha1 sha2 func_sha1 fnv_hash
  farmfingerprint64 last_day add_months months_between next_day regexp_count regexp_substr regexp_instr regexp_replace
  convert_timezone convert timezone charindex strtol ratio_to_report approximate crc32 checksum bit_and bit_or
  isnull dexp dlog1 dlog10 cbrt sin cos tan asin acos atan atan2 width_bucket interval_cmp date_cmp trunc_date
  timeofday text_to_int_alt text_to_numeric_alt array concat_ws object get_array_length bpcharcmp soundex levenshtein
  urlencode has_table_privilege has_schema_privilege pg_last_unload_count change_session_priority current_setting`.split(/\s+/),
);

export const findFunction = (name: string): KnownFunction | undefined => FUNCTIONS.get(name);

export const isFunctionNotEmulated = (name: string): boolean => NOT_EMULATED.has(name);

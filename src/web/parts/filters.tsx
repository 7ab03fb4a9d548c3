import { useId, useState, type ReactNode } from "react";
import { useLocation, useSearch } from "wouter";
import { queryString } from "../api/request.ts";
import { count } from "../text/quantity.ts";
import { Icon } from "./icon.tsx";

/** The filters of a page live in its address, so that a view can be kept, shared and gone back to. */
export function useFilters<Name extends string>(
  names: readonly Name[],
): { filters: Record<Name, string | null>; search: string; setFilter: (name: Name, value: string | null) => void } {
  const parameters = new URLSearchParams(useSearch());
  const [path, navigate] = useLocation();
  const filters = Object.fromEntries(names.map((name) => [name, parameters.get(name) || null])) as Record<
    Name,
    string | null
  >;
  return {
    filters,
    search: queryString(filters),
    setFilter: (name, value) => navigate(`${path}${queryString({ ...filters, [name]: value })}`, { replace: true }),
  };
}

/** The filters of a page in one line, with a way back to all rows. */
export function FilterBar({ children, onClear }: { children: ReactNode; onClear: (() => void) | null }) {
  return (
    <search className="filter-bar">
      {children}
      {onClear === null ? null : (
        <button type="button" className="quiet-button" onClick={onClear}>
          <Icon name="cross" />
          Clear
        </button>
      )}
    </search>
  );
}

type TextFilterProps = {
  label: string;
  placeholder: string;
  value: string | null;
  onChange: (value: string | null) => void;
  suggestions?: string[];
  /** Where `/` goes. */
  first?: boolean;
  mono?: boolean;
};

/** A filter that is typed. It takes hold at Enter, on leaving the field, or as soon as one of the suggestions is complete. */
export function TextFilter({
  label,
  placeholder,
  value,
  onChange,
  suggestions = [],
  first = false,
  mono = false,
}: TextFilterProps) {
  const [draft, setDraft] = useState({ of: value, text: value ?? "" });
  const text = draft.of === value ? draft.text : (value ?? "");
  const listId = useId();
  const commit = (next: string) => {
    const wanted = next.trim() === "" ? null : next.trim();
    setDraft({ of: wanted, text: wanted ?? "" });
    if (wanted !== value) onChange(wanted);
  };
  return (
    <div className={mono ? "text-filter mono" : "text-filter"}>
      <Icon name="search" />
      <input
        type="search"
        aria-label={label}
        value={text}
        placeholder={placeholder}
        list={suggestions.length === 0 ? undefined : listId}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-first-filter={first ? "" : undefined}
        onChange={(event) => {
          const next = event.currentTarget.value;
          setDraft({ of: value, text: next });
          if (next === "" || suggestions.includes(next)) commit(next);
        }}
        onBlur={() => commit(text)}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit(text);
          if (event.key === "Escape" && text === "") event.currentTarget.blur();
        }}
      />
      {first && text === "" ? <kbd aria-hidden="true">/</kbd> : null}
      {suggestions.length === 0 ? null : (
        <datalist id={listId}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion}>
              {suggestion}
            </option>
          ))}
        </datalist>
      )}
    </div>
  );
}

/** A value that can be chosen, its word, and how many there are of it, where that is worth saying. */
export type Option = [value: string, word: string, number?: number];

/** A few values of which one holds, all in sight. */
export function Choice({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: Option[];
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend className="heard">{label}</legend>
      {[["", "All"] satisfies Option, ...options].map(([option, word, number = 0]) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            value={option}
            checked={(value ?? "") === option}
            onChange={() => onChange(option === "" ? null : option)}
          />
          <span>
            {word}
            {number === 0 ? null : <span className="choice-count">{count(number)}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Several values of which one holds, behind a click. */
export function Pick({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: [value: string, word: string][];
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  const known = value === null || options.some(([option]) => option === value);
  return (
    <label className="pick">
      <span className="heard">{label}</span>
      <select value={value ?? ""} onChange={(event) => onChange(event.currentTarget.value || null)}>
        <option value="">{label}: any</option>
        {options.map(([option, word]) => (
          <option key={option} value={option}>
            {word}
          </option>
        ))}
        {known ? null : <option value={value}>{value}</option>}
      </select>
      <Icon name="chevron-right" />
    </label>
  );
}

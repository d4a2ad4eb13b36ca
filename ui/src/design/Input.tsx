import { Search } from "lucide-react";
import type { InputHTMLAttributes, ReactNode, Ref, SelectHTMLAttributes } from "react";
import { classes } from "./classes";
import styles from "./Input.module.css";

interface InputProps extends InputHTMLAttributes<HTMLInputElement> {
  ref?: Ref<HTMLInputElement>;
  /** The accessible name, when no `<label>` stands next to it. */
  label?: string;
  icon?: ReactNode;
  invalid?: boolean;
}

export function Input({ label, icon, invalid, className, ...rest }: InputProps) {
  return (
    <span className={classes(styles.wrap, className)}>
      {icon}
      <input
        className={classes(styles.input, !!icon && styles.withIcon)}
        aria-label={label}
        aria-invalid={invalid || undefined}
        spellCheck={false}
        autoComplete="off"
        {...rest}
      />
    </span>
  );
}

export function SearchInput(props: InputProps) {
  return <Input type="search" icon={<Search />} {...props} />;
}

interface SelectProps<T extends string>
  extends Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "value"> {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}

/** The browser's own select: it works with every keyboard and every phone. */
export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
  className,
  ...rest
}: SelectProps<T>) {
  return (
    <select
      aria-label={label}
      className={classes(styles.select, className)}
      value={value}
      onChange={(event) => onChange(event.target.value as T)}
      {...rest}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

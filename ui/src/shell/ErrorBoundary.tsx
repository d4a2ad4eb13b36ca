import { Component, type ReactNode } from "react";
import { ErrorState } from "@/design";

interface State {
  error: unknown;
  failed: boolean;
}

/** Keeps a screen that throws from taking the shell with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null, failed: false };

  static getDerivedStateFromError(error: unknown): State {
    return { error, failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <ErrorState
        title="This screen failed"
        error={this.state.error}
        onRetry={() => this.setState({ error: null, failed: false })}
      />
    );
  }
}

namespace Sshpod.Terminal;

/// <summary>A terminal on which a line about the connection may be drawn, beside what ssh writes there.</summary>
internal interface ITerminal
{
    /// <summary>Whether ssh is in its foreground.</summary>
    bool IsOurs { get; }

    /// <summary>Whether a program in the container draws its screen: ssh has then turned off the line editing.</summary>
    bool IsRaw { get; }

    /// <summary>Its current height in rows; 0 if unknown.</summary>
    int Rows { get; }

    /// <summary>Its current width in columns.</summary>
    int Columns { get; }

    /// <summary>Writes without buffering, in one piece, and without waiting.</summary>
    /// <returns>False if nothing was written: the user has stopped the terminal, it is full, or it is gone.</returns>
    bool TryWrite(string text);
}
